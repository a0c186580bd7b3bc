import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidPatternError } from '../../shared/events/patterns/index.ts';
import type {
  ArchivedEvent,
  BusEntry,
  BusEvent,
  EventArchive,
  EventBus,
  PutResult,
} from '../../shared/ports/event-bus.ts';
import type { Queue } from '../../shared/ports/queue.ts';

export interface EventBusSubject {
  readonly bus: EventBus;
  readonly archive: EventArchive;
  /** Where rules deliver to. */
  readonly queue: Queue;
  close(): Promise<void>;
}

/** What every EventBus does, and its archive. */
export function eventBusContract(name: string, open: () => Promise<EventBusSubject>): void {
  describe(`EventBus: ${name}`, () => {
    let subject: EventBusSubject;
    let bus: EventBus;
    let source: string;
    let inbox: string;

    beforeEach(async () => {
      subject = await open();
      bus = subject.bus;
      source = `test.${randomUUID()}`;
      inbox = await newQueue();
    });
    afterEach(() => subject.close());

    async function newQueue(): Promise<string> {
      const queue = `bus-test-${randomUUID()}`;
      await subject.queue.create(queue, { visibilityTimeout: 30 });
      return queue;
    }
    const made = (detail: object = {}, more: Partial<BusEntry> = {}): BusEntry => ({
      source,
      detailType: 'Made.v1',
      detail,
      ...more,
    });
    const rule = (pattern: object, queue = inbox, ruleName = `rule-${randomUUID()}`) =>
      bus.putRule({ name: ruleName, pattern: { source: [source], ...pattern }, queue });
    const idOf = (result: PutResult | undefined) => {
      if (result === undefined || 'error' in result) throw new Error('the entry was refused');
      return result.eventId;
    };
    const put = async (...entries: BusEntry[]) => (await bus.put(entries)).map(idOf);
    const code = (result: PutResult | undefined) => (result && 'error' in result ? result.error.code : 'taken');

    /** What came to a queue: exactly so many bodies, or the test fails. */
    async function bodies(count: number, queue = inbox): Promise<string[]> {
      const received: string[] = [];
      while (received.length < count) {
        const messages = await subject.queue.receive(queue, { max: 10, wait: 5 });
        if (messages.length === 0) throw new Error(`only ${received.length} of ${count} events came`);
        received.push(...messages.map(({ body }) => body));
      }
      received.push(...(await subject.queue.receive(queue, { max: 10, wait: 0 })).map(({ body }) => body));
      expect(received).toHaveLength(count);
      return received;
    }
    const events = async (count: number, queue = inbox): Promise<BusEvent[]> =>
      (await bodies(count, queue)).map((body) => JSON.parse(body));

    it('delivers what a rule matches, and nothing else', async () => {
      await rule({ detail: { color: ['red'] } });
      const [id] = await put(made({ color: 'red' }), made({ color: 'blue' }));
      const [event] = await events(1);
      expect(event).toMatchObject({ id, source, 'detail-type': 'Made.v1', detail: { color: 'red' } });
    });

    it('sends the envelope of EventBridge', async () => {
      await rule({});
      const time = Date.UTC(2026, 10, 21, 9, 10, 0, 999);
      await put(made({ a: 1 }, { time, resources: ['arn:one', 'arn:two'] }), made({ b: 2 }));
      const all = await events(2);
      const given = all.find(({ detail }) => JSON.stringify(detail) === '{"a":1}');
      expect(given).toEqual({
        version: '0',
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
        'detail-type': 'Made.v1',
        source,
        account: expect.stringMatching(/^\d{12}$/),
        time: '2026-11-21T09:10:00Z',
        region: expect.stringMatching(/^[a-z]{2}-[a-z]+-\d$/),
        resources: ['arn:one', 'arn:two'],
        detail: { a: 1 },
      });
      const plain = all.find((event) => event !== given);
      expect(plain?.resources).toEqual([]);
      expect(plain?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    });

    it('delivers to every queue whose rule matches', async () => {
      const second = await newQueue();
      await rule({ 'detail-type': ['Made.v1'] });
      await rule({ 'detail-type': [{ prefix: 'Made.' }] }, second);
      const [id] = await put(made());
      expect((await events(1))[0]?.id).toBe(id);
      expect((await events(1, second))[0]?.id).toBe(id);
    });

    it('delivers once for each rule, also where two name one queue', async () => {
      await rule({ detail: { color: ['red'] } });
      await rule({ detail: { size: ['large'] } });
      const [id] = await put(made({ color: 'red', size: 'large' }));
      expect((await events(2)).map((event) => event.id)).toEqual([id, id]);
    });

    it('replaces the rule of a name', async () => {
      const ruleName = `rule-${randomUUID()}`;
      const second = await newQueue();
      await rule({ detail: { color: ['red'] } }, inbox, ruleName);
      await rule({ detail: { color: ['blue'] } }, second, ruleName);
      await put(made({ color: 'red' }), made({ color: 'blue' }));
      expect((await events(1, second))[0]?.detail).toEqual({ color: 'blue' });
      await events(0);
    });

    it('delivers by a deleted rule no more, and minds no rule that is not there', async () => {
      const ruleName = `rule-${randomUUID()}`;
      await rule({}, inbox, ruleName);
      await bus.deleteRule(ruleName);
      await bus.deleteRule(ruleName);
      await put(made());
      await events(0);
    });

    it('refuses a pattern that AWS refuses, and keeps the rule of that name', async () => {
      const ruleName = `rule-${randomUUID()}`;
      await rule({}, inbox, ruleName);
      const broken = bus.putRule({ name: ruleName, pattern: { source: source }, queue: inbox });
      await expect(broken).rejects.toBeInstanceOf(InvalidPatternError);
      await put(made());
      await events(1);
    });

    it('passes the detail on to the last digit where its text is given', async () => {
      const detailText = '{"price":1.0,"id":12345678901234567890,"rate":1e-7,  "name":"\\u00e9"}';
      await rule({ detail: { name: ['é'] } });
      await put(made(JSON.parse(detailText), { detailText }));
      const [body = ''] = await bodies(1);
      expect(body).toContain(`"detail":${detailText}`);
      expect(JSON.parse(body)).toMatchObject({ source, 'detail-type': 'Made.v1', detail: { price: 1 } });
    });

    it('answers for each entry, in order, and lets the neighbours of a refused one through', async () => {
      await rule({});
      const loop: Record<string, unknown> = {};
      loop.loop = loop;
      const results = await bus.put([
        made({ n: 1 }),
        made({}, { source: '' }),
        made({ n: 2 }),
        made({}, { detailType: '' }),
        made([1, 2]),
        made(loop),
        made({ n: 3 }),
      ]);
      expect(results.map(code)).toEqual([
        'taken',
        'ENTRY_REFUSED',
        'taken',
        'ENTRY_REFUSED',
        'ENTRY_REFUSED',
        'ENTRY_REFUSED',
        'taken',
      ]);
      const ids = [results[0], results[2], results[6]].map(idOf);
      const got = (await events(3)).toSorted((a, b) => (JSON.stringify(a.detail) < JSON.stringify(b.detail) ? -1 : 1));
      expect(got.map(({ id }) => id)).toEqual(ids);
      expect(got.map(({ detail }) => detail)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    });

    it('takes an event as large as the largest body', async () => {
      const [id] = await put(made({ text: 'x'.repeat(4_000_000) }));
      expect(id).toBeTruthy();
    });

    it('takes an event that no rule matches', async () => {
      const [id] = await put(made());
      expect(id).toBeTruthy();
    });

    describe('archive', () => {
      const idIn = ({ event }: ArchivedEvent): string => JSON.parse(event).id;

      /** The first `count` events after a position. */
      async function first(count: number, after: number): Promise<ArchivedEvent[]> {
        const stop = new AbortController();
        const seen: ArchivedEvent[] = [];
        for await (const event of subject.archive.tail(after, stop.signal)) {
          seen.push(event);
          if (seen.length === count) break;
        }
        return seen;
      }

      it('has every event in the order of its put, with positions that grow', async () => {
        const start = await subject.archive.newest();
        const ids = [...(await put(made({ n: 1 }), made({ n: 2 }))), ...(await put(made({ n: 3 })))];
        const seen = await first(3, start);
        expect(seen.map(idIn)).toEqual(ids);
        const positions = seen.map(({ position }) => position);
        expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
        expect(await subject.archive.newest()).toBe(positions.at(-1));
      });

      it('has the whole event as its targets got it', async () => {
        const start = await subject.archive.newest();
        await rule({});
        await put(made({ price: 1 }, { detailText: '{"price":1.0}' }));
        expect((await first(1, start)).map(({ event }) => event)).toEqual(await bodies(1));
      });

      it('begins after the position that is asked for', async () => {
        const start = await subject.archive.newest();
        const ids = await put(made(), made(), made());
        const [one] = await first(1, start);
        expect((await first(2, one?.position ?? 0)).map(idIn)).toEqual(ids.slice(1));
      });

      it('shows events as they pass, also to a reader that was busy', async () => {
        const stop = new AbortController();
        const tail = subject.archive.tail(await subject.archive.newest(), stop.signal)[Symbol.asyncIterator]();
        const next = async () => {
          const { value, done } = await tail.next();
          return done ? 'done' : idIn(value);
        };
        const waiting = next();
        const [a] = await put(made({ n: 1 }));
        expect(await waiting).toBe(a);
        const [b, c] = await put(made({ n: 2 }), made({ n: 3 }));
        const [d] = await put(made({ n: 4 }));
        expect([await next(), await next(), await next()]).toEqual([b, c, d]);
        const last = next();
        stop.abort();
        expect(await last).toBe('done');
      });

      it('ends at the abort, even in the middle of what is there', async () => {
        const start = await subject.archive.newest();
        await put(made(), made(), made());
        const stop = new AbortController();
        const seen: ArchivedEvent[] = [];
        for await (const event of subject.archive.tail(start, stop.signal)) {
          seen.push(event);
          stop.abort();
        }
        expect(seen).toHaveLength(1);
      });

      it('gives long histories whole', async () => {
        const start = await subject.archive.newest();
        const ids: string[] = [];
        for (let round = 0; round < 3; round++) {
          ids.push(...(await put(...Array.from({ length: 400 }, (_, n) => made({ round, n })))));
        }
        expect((await first(1200, start)).map(idIn)).toEqual(ids);
      });
    });
  });
}
