import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidPatternError } from '#shared/patterns/index.ts';
import type { QueueControl, RuleControl } from '#shared/ports/control-plane.ts';
import type { BusEntry, BusEvent, EventArchive, EventBus, PutResult } from '#shared/ports/event-bus.ts';
import type { Queue } from '#shared/ports/queue.ts';

export interface EventBusSubject {
  readonly bus: EventBus & RuleControl;
  readonly archive?: EventArchive;
  /** Where rules deliver to. */
  readonly queue: Queue & QueueControl;
  /** What cannot be shown here, and why: those cases are skipped with the reason. */
  readonly lacks?: { readonly [What in 'archive' | 'entryTime' | 'exactText']?: string };
  /** What a host does with a message before its handler sees it: data that went by reference is put back. */
  whole?(body: string): Promise<string>;
  /** Lets rules that were put or deleted take effect, where that takes a while. */
  settle?(): Promise<void>;
  close(): Promise<void>;
}

/** What every EventBus does. */
export function eventBusContract(name: string, open: () => Promise<EventBusSubject>): void {
  describe(`EventBus: ${name}`, () => {
    let subject: EventBusSubject;
    let bus: EventBus & RuleControl;
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
    const rule = async (pattern: object, queue = inbox, ruleName = `rule-${randomUUID()}`) => {
      await bus.putRule({ name: ruleName, pattern: { source: [source], ...pattern }, queue });
      await subject.settle?.();
    };
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
      await put(made({ a: 1 }, { resources: ['arn:one', 'arn:two'] }), made({ b: 2 }));
      const all = await events(2);
      const given = all.find(({ detail }) => JSON.stringify(detail) === '{"a":1}');
      expect(given).toEqual({
        version: '0',
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
        'detail-type': 'Made.v1',
        source,
        account: expect.stringMatching(/^\d{12}$/),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        region: expect.stringMatching(/^[a-z]{2}-[a-z]+-\d$/),
        resources: ['arn:one', 'arn:two'],
        detail: { a: 1 },
      });
      const plain = all.find((event) => event !== given);
      expect(plain?.resources).toEqual([]);
    });

    it('gives the time of the entry, in whole seconds', async ({ skip }) => {
      skip(subject.lacks?.entryTime !== undefined, subject.lacks?.entryTime);
      await rule({});
      await put(made({}, { time: Date.UTC(2024, 10, 21, 9, 10, 0, 999) }));
      expect((await events(1))[0]?.time).toBe('2024-11-21T09:10:00Z');
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
      await subject.settle?.();
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

    it('takes the detail from its text where that is given', async () => {
      const detailText = '{"price":1.0,"id":12345678901234567890,"rate":1e-7,  "name":"\\u00e9"}';
      await rule({ detail: { name: ['é'] } });
      await put(made(JSON.parse(detailText), { detailText }));
      const [event] = await events(1);
      expect(event).toMatchObject({ source, 'detail-type': 'Made.v1' });
      expect(event?.detail).toEqual(JSON.parse(detailText));
    });

    it('passes the text of the detail on to the last digit', async ({ skip }) => {
      skip(subject.lacks?.exactText !== undefined, subject.lacks?.exactText);
      const detailText = '{"price":1.0,"id":12345678901234567890,"rate":1e-7,  "name":"\\u00e9"}';
      await rule({});
      await put(made(JSON.parse(detailText), { detailText }));
      expect((await bodies(1))[0]).toContain(`"detail":${detailText}`);
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

    it('routes a large event by its data as any other, and brings it whole', async () => {
      const data = { agentId: 'echo', turn: 1, price: 1, message: { parts: [{ text: 'ü'.repeat(500_000) }] } };
      const detail = { specversion: '1.0', id: randomUUID(), source, type: 'Made.v1', data };
      await rule({ detail: { data: { agentId: ['echo'], turn: [{ numeric: ['>', 0] }] } } });
      await put(made(detail), made({ ...detail, data: { ...data, agentId: 'weather' } }));
      const [body = ''] = await bodies(1);
      const { detail: got } = JSON.parse((await subject.whole?.(body)) ?? body);
      expect(got).toEqual(detail);
    });

    it('takes an event that no rule matches', async () => {
      const [id] = await put(made());
      expect(id).toBeTruthy();
    });

    it('has the whole event in the archive as its targets got it', async ({ skip }) => {
      const { archive } = subject;
      if (archive === undefined) return skip(subject.lacks?.archive);
      const start = await archive.newest();
      await rule({});
      await put(made({ price: 1 }, { detailText: '{"price":1.0}' }));
      for await (const { event } of archive.tail(start, new AbortController().signal)) {
        expect([event]).toEqual(await bodies(1));
        return;
      }
    });
  });
}
