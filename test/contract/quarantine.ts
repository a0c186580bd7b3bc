import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Quarantine } from '../../shared/ports/quarantine.ts';

export interface QuarantineSubject {
  readonly quarantine: Quarantine;
  close(): Promise<void>;
}

/** What every Quarantine does. */
export function quarantineContract(name: string, open: () => Promise<QuarantineSubject>): void {
  describe(`Quarantine: ${name}`, () => {
    let subject: QuarantineSubject;

    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.close());

    it('keeps and counts what is put there, whatever it is', async () => {
      const { quarantine } = subject;
      expect(await quarantine.count()).toBe(0);
      await quarantine.put('not JSON', '\u0000{"half":');
      await quarantine.put('not JSON', '\u0000{"half":');
      await quarantine.put('against its schema', '{}');
      await expect.poll(() => quarantine.count()).toBe(3);
    });

    it('takes what is as large as a body, and what is no Unicode', async () => {
      const { quarantine } = subject;
      await quarantine.put('too large to be read', `{"text":"${'é'.repeat(2_000_000)}"}`);
      await quarantine.put('half a character: \ud83d', '{"text":"\udc26"}');
      await expect.poll(() => quarantine.count()).toBe(2);
    });
  });
}
