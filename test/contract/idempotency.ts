import { IdempotencyConfig, IdempotencyRecordStatus } from '@aws-lambda-powertools/idempotency';
import type { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { powertoolsLayer } from '#shared/agent/powertools-layer.ts';
import type { Idempotency } from '#shared/ports/idempotency.ts';

export interface IdempotencySubject {
  readonly idempotency: Idempotency;
  close(): Promise<void>;
}

/** Seconds. Under the five minutes for which AWS takes a signature, as the clock is moved by them. */
const KEPT_FOR = 100;
/** Milliseconds. */
const TIME_LEFT = 10_000;

/** What every Idempotency's layers do, as Powertools uses them. */
export function idempotencyContract(name: string, open: () => Promise<IdempotencySubject>): void {
  describe(`Idempotency: ${name}`, () => {
    let subject: IdempotencySubject;

    beforeEach(async () => {
      // Powertools asks Date for the time. A whole second, as it counts expiry in seconds.
      const now = Math.ceil(Date.now() / 1_000) * 1_000;
      vi.useFakeTimers({ toFake: ['Date'], now });
      subject = await open();
    });
    afterEach(async () => {
      vi.useRealTimers();
      await subject.close();
    });

    const advance = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

    async function layer(keyPrefix = 'shop', more: { validate?: string } = {}): Promise<BasePersistenceLayer> {
      const made = await powertoolsLayer(subject.idempotency);
      const config = new IdempotencyConfig({
        eventKeyJmesPath: 'order',
        expiresAfterSeconds: KEPT_FOR,
        hashFunction: 'sha256',
        ...(more.validate !== undefined && { payloadValidationJmesPath: more.validate }),
      });
      made.configure({ config, keyPrefix });
      return made;
    }
    const order = (id: string, cents = 5) => ({ order: id, cents });
    const begin = async (id: string, prefix?: string) => (await layer(prefix)).saveInProgress(order(id), TIME_LEFT);
    const done = async (id: string, result: unknown) =>
      (await layer()).saveSuccess(order(id), result as Parameters<BasePersistenceLayer['saveSuccess']>[1]);
    const resultOf = async (id: string) => (await (await layer()).getRecord(order(id))).getResponse();
    const { COMPLETED, INPROGRESS } = IdempotencyRecordStatus;
    const exists = (status: string, responseData?: unknown) => ({
      name: 'IdempotencyItemAlreadyExistsError',
      existingRecord: { status, responseData },
    });

    it('lets the first begin, and gives its record to whoever comes second', async () => {
      await begin('o-1');
      await expect(begin('o-1')).rejects.toMatchObject(exists(INPROGRESS));
      await begin('o-2');
      await begin('o-1', 'bank');
    });

    it('lets one of many begin who come at once', async () => {
      const begun = await Promise.allSettled(Array.from({ length: 10 }, () => begin('o-1')));
      expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('takes one in progress for dead when its time is over, not at its last millisecond', async () => {
      await begin('o-1');
      advance(TIME_LEFT);
      await expect(begin('o-1')).rejects.toMatchObject(exists(INPROGRESS));
      advance(1);
      await begin('o-1');
    });

    it('keeps a result until it expires', async () => {
      await begin('o-1');
      await done('o-1', { receipt: 'r-1' });
      advance(KEPT_FOR * 1_000);
      await expect(begin('o-1')).rejects.toMatchObject(exists(COMPLETED, { receipt: 'r-1' }));
      advance(1);
      await begin('o-1');
      // The result of the expired one is gone with it.
      await expect(begin('o-1')).rejects.toMatchObject(exists(INPROGRESS, undefined));
    });

    it.each([
      [{ json: '{"receipt":"r-1"}' }],
      [{ json: `"${'é'.repeat(120_000)}"` }],
      [{}],
      [{ problem: 'is no JSON' }],
      [[1, 'two', null, { three: 3.5 }]],
      [''],
      [0],
    ])('gives %j back as it was', async (result) => {
      await begin('o-1');
      await done('o-1', result);
      expect(await resultOf('o-1')).toEqual(result);
    });

    it('forgets what is deleted, and minds no absence', async () => {
      await begin('o-1');
      await (await layer()).deleteRecord(order('o-1'));
      await (await layer()).deleteRecord(order('o-1'));
      await expect(resultOf('o-1')).rejects.toMatchObject({ name: 'IdempotencyItemNotFoundError' });
      await begin('o-1');
    });

    it('refuses another payload of the same key, where that is asked for', async () => {
      const validate = { validate: 'cents' };
      await (await layer('shop', validate)).saveInProgress(order('o-1'), TIME_LEFT);
      await (await layer('shop', validate)).saveSuccess(order('o-1'), { charged: 5 });
      expect((await (await layer('shop', validate)).getRecord(order('o-1'))).getResponse()).toEqual({ charged: 5 });
      await expect((await layer('shop', validate)).getRecord(order('o-1', 6))).rejects.toMatchObject({
        name: 'IdempotencyValidationError',
      });
    });
  });
}
