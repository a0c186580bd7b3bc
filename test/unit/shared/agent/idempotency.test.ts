import { rmSync } from 'node:fs';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '#adapters/sqlite/database.ts';
import { SqliteIdempotencyStore } from '#adapters/sqlite/idempotency.ts';
import { TaskFailed } from '#shared/agent/errors.ts';
import { OnceInProgressError, OnceNameError } from '#shared/agent/idempotency.ts';
import { StorePersistenceLayer } from '#shared/agent/idempotency-layer.ts';
import { StoreIdempotency } from '#shared/agent/store-idempotency.ts';
import { type AgentTask, agentTask } from '#shared/agent/task.ts';
import type { TaskRequestedV1 } from '#shared/generated/types.ts';
import { systemClock } from '#shared/ports/clock.ts';
import type { IdempotencyStore } from '#shared/ports/idempotency-store.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

const request: TaskRequestedV1 = {
  taskId: '0198c5c6-7d1c-7b3a-8f00-000000000001',
  contextId: '0198c5c6-7d1c-7b3a-8f00-000000000002',
  agentId: 'shop',
  turn: 1,
  attemptBase: 0,
  deadline: '2026-01-01T00:05:00.000Z',
  principal: { id: 'app', scopes: [] },
  message: { messageId: 'm1', role: 'ROLE_USER', parts: [{ text: 'buy' }] },
};
const otherTask = { ...request, taskId: '0198c5c6-7d1c-7b3a-8f00-000000000003' };
const silent = { debug() {}, info() {}, warn() {}, error() {} };

describe('task.once', () => {
  let folder: string;
  let database: Database;
  let store: IdempotencyStore;

  beforeEach(() => {
    // Powertools asks Date for the time.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
    folder = temporaryFolder();
    open();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function open(): void {
    database = Database.open(folder);
    store = new SqliteIdempotencyStore(database, systemClock);
  }

  function attempt(number: number, data = request, signal = new AbortController().signal): AgentTask {
    return agentTask(data, {
      attempt: number,
      signal,
      log: silent,
      idempotency: new StoreIdempotency(store),
      reportUsage: () => {},
      timeLeft: () => 10_000,
    });
  }

  const advance = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

  it('has the side effect once over two attempts and gives both its result', async () => {
    const charge = vi.fn(async () => ({ receipt: 'r-1', at: new Date() }));
    const first = await attempt(1).once('charge', charge);
    advance(3_600);
    const second = await attempt(2).once('charge', charge);
    expect(charge).toHaveBeenCalledTimes(1);
    expect(first).toEqual({ receipt: 'r-1', at: '2026-01-01T00:00:00.000Z' });
    expect(second).toEqual(first);
  });

  it.each([[undefined], [null], [0], [''], [false], [[]]])('gives a later attempt %j too', async (result) => {
    const work = vi.fn(() => result);
    expect(await attempt(1).once('work', work)).toEqual(result);
    expect(await attempt(2).once('work', work)).toEqual(result);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('still knows after a restart', async () => {
    const charge = vi.fn(() => 'r-1');
    await attempt(1).once('charge', charge);
    await database.close();
    open();
    expect(await attempt(2).once('charge', charge)).toBe('r-1');
    expect(charge).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['name', request, 'refund'],
    ['turn', { ...request, turn: 2 }, 'charge'],
    ['task', otherTask, 'charge'],
    ['agent', { ...request, agentId: 'other' }, 'charge'],
  ])('is another effect for another %s', async (_what, data, name) => {
    await attempt(1).once('charge', () => 'first');
    expect(await attempt(1, data).once(name, () => 'second')).toBe('second');
  });

  it('knows an effect by its key in another task of the agent, by its name too, and not in another agent', async () => {
    const key = { key: 'order-1' };
    await attempt(1).once('charge', () => 'first', key);
    expect(await attempt(1, otherTask).once('charge', () => 'second', key)).toBe('first');
    expect(await attempt(1, otherTask).once('refund', () => 'third', key)).toBe('third');
    expect(await attempt(1, { ...otherTask, agentId: 'other' }).once('charge', () => 'fourth', key)).toBe('fourth');
  });

  it('forgets a result when its time is over', async () => {
    await attempt(1).once('charge', () => 'first', { keepFor: 60 });
    advance(62);
    expect(await attempt(2).once('charge', () => 'second')).toBe('second');
  });

  it('does the work again when it failed, in the next attempt and in the same', async () => {
    const failure = new TaskFailed('the card was declined');
    const task = attempt(1);
    await expect(task.once('charge', () => Promise.reject(failure))).rejects.toBe(failure);
    await expect(
      task.once('charge', () => {
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(await attempt(2).once('charge', () => 'r-2')).toBe('r-2');
  });

  it('refuses while another attempt is at it, with an error that has the message delivered again', async () => {
    let finish = (_receipt: string) => {};
    const begun = new Promise<void>((resolve) => {
      attempt(1).once('charge', () => {
        resolve();
        return new Promise<string>((done) => {
          finish = done;
        });
      });
    });
    await begun;
    const work = vi.fn();
    const refused = attempt(2).once('charge', work);
    await expect(refused).rejects.toBeInstanceOf(OnceInProgressError);
    await expect(refused).rejects.toThrow(/"charge" of task 0198c5c6-7d1c-7b3a-8f00-000000000001 .* next attempt/);
    await expect(refused).rejects.not.toBeInstanceOf(TaskFailed);
    finish('r-1');
    await vi.waitFor(async () => expect(await attempt(3).once('charge', work)).toBe('r-1'), 30_000);
    expect(work).not.toHaveBeenCalled();
  });

  it('does the work again after a crash in the middle, once the function time of the dead attempt is over', async () => {
    await new Promise<void>((resolve) => {
      attempt(1).once('charge', () => {
        resolve();
        return new Promise(() => {});
      });
    });
    await database.close();
    open();
    advance(10);
    await expect(attempt(2).once('charge', () => 'too early')).rejects.toThrow(OnceInProgressError);
    advance(0.001);
    expect(await attempt(3).once('charge', () => 'r-3')).toBe('r-3');
  });

  it('does not begin for a task that is over', async () => {
    const controller = new AbortController();
    controller.abort(new Error('the task was canceled'));
    const work = vi.fn();
    await expect(attempt(1, request, controller.signal).once('charge', work)).rejects.toThrow('canceled');
    expect(work).not.toHaveBeenCalled();
    expect(await attempt(2).once('charge', () => 'r-2')).toBe('r-2');
  });

  it.each([
    ['refers to itself', circular, /is not JSON/],
    ['is a bigint', () => 1n, /is not JSON/],
    ['is a function', () => () => {}, /is not JSON: a function/],
    ['is too large', () => 'x'.repeat(300_000), /300002 bytes/],
  ])('fails the task for good when the result %s, and does the work no second time', async (_what, make, message) => {
    const work = vi.fn(make);
    await expect(attempt(1).once('charge', work)).rejects.toThrow(message);
    await expect(attempt(2).once('charge', work)).rejects.toThrow(TaskFailed);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('refuses a name that the attempt has used, as a loop would', async () => {
    const task = attempt(1);
    await task.once('charge', () => 'a');
    await expect(task.once('charge', () => 'b')).rejects.toThrow(OnceNameError);
    expect(await task.once('charge', () => 'c', { key: 'b' })).toBe('c');
  });

  it('is not done when the store cannot say that it is free', async () => {
    const broken = { ...store, put: () => Promise.reject(new Error('the disk is full')) } as IdempotencyStore;
    const surroundings = {
      attempt: 1,
      signal: new AbortController().signal,
      log: silent,
      timeLeft: () => 10_000,
      reportUsage() {},
    };
    const work = vi.fn();
    const task = agentTask(request, { ...surroundings, idempotency: new StoreIdempotency(broken) });
    await expect(task.once('charge', work)).rejects.toThrow(/in progress record/);
    expect(work).not.toHaveBeenCalled();
  });
});

describe('StorePersistenceLayer', () => {
  it('serves the rest of Powertools: payload validation, and looking a record up', async () => {
    const folder = temporaryFolder();
    const database = Database.open(folder);
    const layer = new StorePersistenceLayer(new SqliteIdempotencyStore(database, systemClock));
    const config = new IdempotencyConfig({ eventKeyJmesPath: 'order', payloadValidationJmesPath: 'cents' });
    config.lambdaContext = { getRemainingTimeInMillis: () => 1_000 } as NonNullable<typeof config.lambdaContext>;
    const charge = vi.fn(async (order: { order: string; cents: number }) => ({ charged: order.cents }));
    const once = makeIdempotent(charge, { persistenceStore: layer, config, keyPrefix: 'shop' });
    expect(await once({ order: 'o-1', cents: 5 })).toEqual({ charged: 5 });
    expect(await once({ order: 'o-1', cents: 5 })).toEqual({ charged: 5 });
    await expect(once({ order: 'o-1', cents: 6 })).rejects.toMatchObject({ name: 'IdempotencyValidationError' });
    expect(charge).toHaveBeenCalledTimes(1);
    expect((await layer.getRecord({ order: 'o-1', cents: 5 })).getResponse()).toEqual({ charged: 5 });
    await expect(layer.getRecord({ order: 'o-2', cents: 5 })).rejects.toMatchObject({
      name: 'IdempotencyItemNotFoundError',
    });
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });
});

function circular(): unknown {
  const value: { self?: unknown } = {};
  value.self = value;
  return value;
}
