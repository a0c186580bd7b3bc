import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect } from 'vitest';
import type { QueueControl, QueueSettings } from '#shared/ports/control-plane.ts';
import type { OutgoingMessage, Queue, ReceivedMessage } from '#shared/ports/queue.ts';
import type { QueueSubject } from '../queue.ts';

export type FifoQueueSetting = ReturnType<typeof fifoQueueSetting>;

/** A queue for each case, and what the cases do with it. */
export function fifoQueueSetting(open: () => Promise<QueueSubject>) {
  let opened: QueueSubject | undefined;
  let jobs = '';
  beforeEach(async () => {
    opened = await open();
    jobs = await newQueue();
  });
  afterEach(() => opened?.close());

  function subject(): QueueSubject {
    if (opened === undefined) throw new Error('the subject is for cases');
    return opened;
  }
  const queue = (): Queue & QueueControl => subject().queue;

  async function newQueue(settings: Partial<QueueSettings> = {}): Promise<string> {
    const name = `fifo-${randomUUID()}.fifo`;
    await queue().create(name, { visibilityTimeout: 30, fifo: { contentBasedDeduplication: false }, ...settings });
    return name;
  }

  const receive = (from = jobs, max = 10) => queue().receive(from, { max, wait: 1 });
  async function receiveOne(from = jobs): Promise<ReceivedMessage> {
    const [one] = await receive(from, 1);
    if (one === undefined) throw new Error(`nothing came from ${from}`);
    return one;
  }
  async function receiveNone(from = jobs): Promise<void> {
    expect(await queue().receive(from, { max: 10, wait: 0 })).toEqual([]);
  }
  const remove = (messages: readonly ReceivedMessage[], from = jobs) =>
    queue().delete(
      from,
      messages.map(({ receiptHandle }) => receiptHandle),
    );
  /** Takes so many messages, deleting them as they come, and sees that there is no more. */
  async function take(count: number, from = jobs): Promise<ReceivedMessage[]> {
    const all: ReceivedMessage[] = [];
    while (all.length < count) {
      const messages = await receive(from);
      all.push(...messages);
      await remove(messages, from);
    }
    await receiveNone(from);
    return all;
  }

  const message = (groupId: string, body: string): OutgoingMessage => ({ groupId, body, deduplicationId: body });
  return {
    subject,
    queue,
    /** The name of the case's queue. */
    jobs: () => jobs,
    newQueue,
    message,
    /** Sends bodies like `a1` to the group that their letter names. */
    send: (to: string, ...bodies: string[]) =>
      queue().send(
        to,
        bodies.map((body) => message(body.charAt(0), body)),
      ),
    receive,
    receiveOne,
    receiveNone,
    remove,
    take,
    /** Makes a message visible at once. */
    release: (one: ReceivedMessage | undefined, from = jobs) =>
      queue().changeVisibility(from, one?.receiptHandle ?? '', 0),
    bodies: (messages: readonly ReceivedMessage[]) => messages.map(({ body }) => body),
  };
}
