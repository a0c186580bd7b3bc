import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QueueControl, RuleControl, RuleGroup } from '#shared/ports/control-plane.ts';
import type { BusEvent, EventBus } from '#shared/ports/event-bus.ts';
import type { Queue } from '#shared/ports/queue.ts';

export interface FifoBusSubject {
  readonly bus: EventBus & RuleControl;
  readonly queue: Queue & QueueControl;
  /** Why the groups of a field cannot be shown here. */
  readonly lacksGroupBy?: string;
  settle?(): Promise<void>;
  close(): Promise<void>;
}

/** What every EventBus does with a rule for a FIFO queue. */
export function fifoBusContract(name: string, open: () => Promise<FifoBusSubject>): void {
  describe(`EventBus with a FIFO queue: ${name}`, () => {
    let subject: FifoBusSubject;
    const source = `test.${randomUUID()}`;
    const inbox = `bus-test-${randomUUID()}.fifo`;
    const undelivered = `bus-test-${randomUUID()}`;

    beforeEach(async () => {
      subject = await open();
      await subject.queue.create(inbox, { visibilityTimeout: 30, fifo: { contentBasedDeduplication: true } });
      await subject.queue.create(undelivered, { visibilityTimeout: 30 });
    });
    afterEach(() => subject.close());

    const rule = async (fifo: RuleGroup) => {
      await subject.bus.putRule({ name: `rule-${randomUUID()}`, pattern: { source: [source] }, queue: inbox, fifo });
      await subject.settle?.();
    };
    const put = (...details: object[]) =>
      subject.bus.put(details.map((detail) => ({ source, detailType: 'Made.v1', detail })));
    /** The message group and the detail of each event that came. */
    async function received(count: number, queue = inbox): Promise<[group: string | undefined, detail: unknown][]> {
      const all: [string | undefined, unknown][] = [];
      while (all.length < count) {
        const messages = await subject.queue.receive(queue, { max: 10, wait: 5 });
        if (messages.length === 0) throw new Error(`only ${all.length} of ${count} events came`);
        for (const { fifo, body } of messages) all.push([fifo?.groupId, (JSON.parse(body) as BusEvent).detail]);
      }
      return all.toSorted();
    }

    it('gives all its events the message group that it names', async () => {
      await rule({ group: 'one' });
      await put({ n: 1 }, { n: 2 });
      expect(await received(2)).toEqual([
        ['one', { n: 1 }],
        ['one', { n: 2 }],
      ]);
    });

    it('gives each event the message group that stands in it, and puts aside what has none', async ({ skip }) => {
      skip(subject.lacksGroupBy !== undefined, subject.lacksGroupBy);
      await rule({ groupBy: 'detail.order', undelivered });
      await put({ order: 'a' }, { order: 'b' }, { order: null });
      expect(await received(2)).toEqual([
        ['a', { order: 'a' }],
        ['b', { order: 'b' }],
      ]);
      expect(await received(1, undelivered)).toEqual([[undefined, { order: null }]]);
    });
  });
}
