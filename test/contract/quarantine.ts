import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidCursorError } from '#shared/ports/errors.ts';
import { MAX_PAGE_LENGTH, type Quarantine, type QuarantinedEvent } from '#shared/ports/quarantine.ts';

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

    /** Every page from the newest on. */
    async function all(limit: number): Promise<QuarantinedEvent[][]> {
      const pages: QuarantinedEvent[][] = [];
      let cursor: string | undefined;
      do {
        const { events, next } = await subject.quarantine.list({ limit, ...(cursor !== undefined && { cursor }) });
        pages.push([...events]);
        cursor = next;
      } while (cursor !== undefined);
      return pages;
    }

    it('lists nothing where there is nothing', async () => {
      expect(await subject.quarantine.list({ limit: 10 })).toEqual({ events: [] });
    });

    it('lists what is there, the newest first, each once over the pages', async () => {
      const { quarantine } = subject;
      const texts = Array.from({ length: 25 }, (_, index) => `{"number":${index}}`);
      for (const text of texts) await quarantine.put(`the reason of ${text}`, text);
      await expect.poll(() => quarantine.count()).toBe(25);

      const pages = await all(10);
      expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
      const events = pages.flat();
      expect(events.map(({ event }) => event)).toEqual(texts.toReversed());
      expect(new Set(events.map(({ id }) => id)).size).toBe(25);
      for (const { reason, event, at } of events) {
        expect(reason).toBe(`the reason of ${event}`);
        expect(Number.isInteger(at)).toBe(true);
      }
      expect((await all(25)).map(({ length }) => length)).toEqual([25]);
    });

    it('lists what came as it came', async () => {
      const { quarantine } = subject;
      const large = `{"text":"${'é'.repeat(300_000)}"}`;
      await quarantine.put('not JSON', '\u0000{"half":\n');
      await quarantine.put('half a character: \ud83d', '"\udc26"');
      await quarantine.put('large', large);
      await expect.poll(() => quarantine.count()).toBe(3);
      const events = (await all(10)).flat();
      expect(events.map(({ event }) => event)).toEqual([large, '"\ufffd"', '\u0000{"half":\n']);
      expect(events.map(({ reason }) => reason)).toEqual(['large', 'half a character: \ufffd', 'not JSON']);
    });

    it('gives fewer on a page where they are large', async () => {
      const { quarantine } = subject;
      // Of a size that stays in an item of DynamoDB, whose own pages end at 1 MB.
      const texts = Array.from({ length: 12 }, (_, index) => `${index} ${'x'.repeat(190_000)}`);
      for (const text of texts) await quarantine.put('large', text);
      await expect.poll(() => quarantine.count()).toBe(12);
      const pages = await all(100);
      expect(pages.flat().map(({ event }) => event?.slice(0, 3))).toEqual(
        texts.toReversed().map((text) => text.slice(0, 3)),
      );
      for (const page of pages) {
        const length = page.slice(0, -1).reduce((sum, { event }) => sum + (event?.length ?? 0), 0);
        expect(length).toBeLessThan(MAX_PAGE_LENGTH);
      }
      expect(pages.length).toBeGreaterThan(1);
    });

    it.each(['', 'x', '-1', '0', '1.5', '2025-01-01', '2025-01-01/x', "1' OR 1"])(
      'refuses the cursor "%s"',
      async (cursor) => {
        await expect(subject.quarantine.list({ limit: 10, cursor })).rejects.toThrow(InvalidCursorError);
      },
    );
  });
}
