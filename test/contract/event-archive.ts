import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchivedEvent, EventArchive } from '#shared/ports/event-bus.ts';

export interface EventArchiveSubject {
  readonly archive: EventArchive;
  /** Has so many events pass, one after the other, and gives their ids. */
  pass(count: number): Promise<readonly string[]>;
  close(): Promise<void>;
  /** The archive of a deployment that turned it off. Absent where it is always on. */
  readonly off?: EventArchive;
}

/** What every EventArchive does. */
export function eventArchiveContract(name: string, open: () => Promise<EventArchiveSubject>): void {
  describe(`EventArchive: ${name}`, () => {
    let subject: EventArchiveSubject;
    let archive: EventArchive;

    beforeEach(async () => {
      subject = await open();
      archive = subject.archive;
    });
    afterEach(() => subject.close());

    const idIn = ({ event }: ArchivedEvent): string => JSON.parse(event).id;

    /** The first `count` events after a position. */
    async function first(count: number, after: number): Promise<ArchivedEvent[]> {
      const seen: ArchivedEvent[] = [];
      for await (const event of archive.tail(after, new AbortController().signal)) {
        seen.push(event);
        if (seen.length === count) break;
      }
      return seen;
    }

    it('has no newest event before the first', async () => {
      expect(await archive.newest()).toBe(0);
    });

    it('has every event in the order in which they passed, with positions that grow', async () => {
      const ids = [...(await subject.pass(2)), ...(await subject.pass(1))];
      const seen = await first(3, 0);
      expect(seen.map(idIn)).toEqual(ids);
      const positions = seen.map(({ position }) => position);
      expect(positions.every((position) => Number.isSafeInteger(position) && position > 0)).toBe(true);
      expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
      expect(await archive.newest()).toBe(positions.at(-1));
    });

    it('goes on after any position, and neither loses nor repeats', async () => {
      const ids = await subject.pass(5);
      const all = await first(5, 0);
      for (const [i, { position }] of all.slice(0, -1).entries()) {
        const rest = await first(4 - i, position);
        expect(rest.map(idIn)).toEqual(ids.slice(i + 1));
        expect(rest.map((event) => event.position)).toEqual(all.slice(i + 1).map((event) => event.position));
      }
    });

    it('shows events as they pass, also to a reader that was busy', async () => {
      const [before] = await subject.pass(1);
      await first(1, 0);
      const stop = new AbortController();
      const tail = archive.tail(await archive.newest(), stop.signal)[Symbol.asyncIterator]();
      const next = async () => {
        const { value, done } = await tail.next();
        return done ? 'done' : idIn(value);
      };
      const waiting = next();
      const [a] = await subject.pass(1);
      expect(await waiting).toBe(a);
      expect(a).not.toBe(before);
      const [b, c] = await subject.pass(2);
      const [d] = await subject.pass(1);
      expect([await next(), await next(), await next()]).toEqual([b, c, d]);
      const last = next();
      stop.abort();
      expect(await last).toBe('done');
    });

    it('ends at the abort, even in the middle of what is there', async () => {
      await subject.pass(3);
      const stop = new AbortController();
      const seen: ArchivedEvent[] = [];
      for await (const event of archive.tail(0, stop.signal)) {
        seen.push(event);
        stop.abort();
      }
      expect(seen).toHaveLength(1);
    });

    it('rejects every read where it is off, and says how to turn it on', async ({ skip }) => {
      const { off } = subject;
      if (off === undefined) return skip('this archive is always on');
      const isOff = { code: 'EVENT_ARCHIVE_OFF', message: expect.stringMatching(/parameter eventLog/) };
      await expect(off.newest()).rejects.toMatchObject(isOff);
      await expect(off.tail(0, new AbortController().signal)[Symbol.asyncIterator]().next()).rejects.toMatchObject(
        isOff,
      );
    });

    it('gives long histories whole', async () => {
      const ids: string[] = [];
      for (let round = 0; round < 3; round++) ids.push(...(await subject.pass(400)));
      expect((await first(1200, 0)).map(idIn)).toEqual(ids);
    });
  });
}
