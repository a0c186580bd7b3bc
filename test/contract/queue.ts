import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QueueControl, QueueSettings } from '#shared/ports/control-plane.ts';
import { QueueNotFoundError } from '#shared/ports/errors.ts';
import type { Queue, ReceivedMessage } from '#shared/ports/queue.ts';

type Lacking =
  | 'abortedPollTakesNothing'
  | 'exactDepth'
  | 'deduplicationEnds'
  | 'receiptsExpire'
  | 'traceHeaderOfBatches';

export interface QueueSubject {
  readonly queue: Queue & QueueControl;
  /** What cannot be shown here, and why: those cases are skipped with the reason. */
  readonly lacks?: { readonly [What in Lacking]?: string };
  /** Lets this many seconds pass, by moving the clock where there is one. */
  pass(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** What every Queue does. */
export function queueContract(name: string, open: () => Promise<QueueSubject>): void {
  describe(`Queue: ${name}`, () => {
    let subject: QueueSubject;
    let queue: Queue & QueueControl;
    let jobs: string;

    beforeEach(async () => {
      subject = await open();
      queue = subject.queue;
      jobs = `jobs-${randomUUID()}`;
      await queue.create(jobs, { visibilityTimeout: 2 });
    });
    afterEach(() => subject.close());

    async function receiveOne(from = jobs): Promise<ReceivedMessage> {
      const [message] = await queue.receive(from, { max: 1, wait: 1 });
      if (message === undefined) throw new Error(`nothing came from ${from}`);
      return message;
    }
    const receiveNone = async (from = jobs) => expect(await queue.receive(from, { max: 10, wait: 0 })).toEqual([]);
    const withDeadLetters = async (settings: Pick<QueueSettings, 'maxReceiveCount'>) => {
      const source = `work-${randomUUID()}`;
      const deadLetterQueue = `${source}-dlq`;
      await queue.create(deadLetterQueue, { visibilityTimeout: 2 });
      await queue.create(source, { visibilityTimeout: 2, deadLetterQueue, ...settings });
      return { source, deadLetterQueue };
    };

    it('delivers the body, the attributes and the ids as they were sent', async () => {
      const body = 'a body\n"with" every ünicode 🐦 thing';
      const sent = await queue.send(jobs, [{ body, attributes: { traceparent: '00-1', other: 'ö' } }]);
      const message = await receiveOne();
      expect(message).toMatchObject({ body, attributes: { traceparent: '00-1', other: 'ö' }, receiveCount: 1 });
      expect(sent).toEqual([{ messageId: message.messageId }]);
      expect(message.firstReceivedAt).toBeGreaterThanOrEqual(message.sentAt);
    });

    it('delivers attributes with their types', async () => {
      const attributes = { price: '-1.5e3', image: 'AP+A', constructor: 'a text', label: 'ö' };
      const attributeTypes = { price: 'Number.eur', image: 'Binary', label: 'String.word' };
      await queue.send(jobs, [{ body: 'typed', attributes, attributeTypes }]);
      const message = await receiveOne();
      expect(message.attributes).toEqual(attributes);
      expect(message.attributeTypes).toEqual(attributeTypes);
      await queue.send(jobs, [{ body: 'plain', attributes: { a: '1' } }]);
      expect((await receiveOne()).attributeTypes).toBeUndefined();
    });

    it('delivers the trace header that a message was sent with, and no other', async ({ skip }) => {
      skip(subject.lacks?.traceHeaderOfBatches !== undefined, subject.lacks?.traceHeaderOfBatches);
      const traceHeader = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
      await queue.send(jobs, [{ body: 'traced', traceHeader, attributes: { a: '1' }, groupId: 'g' }]);
      expect(await receiveOne()).toMatchObject({ traceHeader, attributes: { a: '1' }, groupId: 'g' });
      const waiting = receiveOne();
      await queue.send(jobs, [{ body: 'traced too', traceHeader }]);
      expect(await waiting).toMatchObject({ traceHeader, attributes: {} });
      await queue.send(jobs, [{ body: 'plain' }]);
      expect((await receiveOne()).traceHeader).toBeUndefined();
    });

    it('delivers the message group that a message was sent with', async () => {
      const groupId = 'tenant/1';
      await queue.send(jobs, [
        { body: 'of a group', groupId, attributes: { image: 'AP+A' }, attributeTypes: { image: 'Binary' } },
      ]);
      const message = await receiveOne();
      expect(message).toMatchObject({ groupId, attributes: { image: 'AP+A' }, attributeTypes: { image: 'Binary' } });
      expect(message.attributes).toEqual({ image: 'AP+A' });
      expect(message.fifo).toBeUndefined();
      await queue.send(jobs, [{ body: 'with it alone', groupId }]);
      expect(await receiveOne()).toMatchObject({ groupId, attributes: {} });
      const waiting = receiveOne();
      await queue.send(jobs, [{ body: 'to who waits', groupId }]);
      expect((await waiting).groupId).toBe(groupId);
      await queue.send(jobs, [{ body: 'of none' }]);
      expect((await receiveOne()).groupId).toBeUndefined();
    });

    it('answers a batch with an id for each, in order', async () => {
      const bodies = Array.from({ length: 10 }, (_, i) => `job ${i}`);
      const sent = await queue.send(
        jobs,
        bodies.map((body) => ({ body })),
      );
      expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(10);
      const got = new Map<string, string>();
      while (got.size < 10) {
        const { messageId, body } = await receiveOne();
        got.set(messageId, body);
      }
      expect(sent.map(({ messageId }) => got.get(messageId))).toEqual(bodies);
    });

    it('gives at most as many as asked for', async () => {
      await queue.send(jobs, [{ body: '1' }, { body: '2' }, { body: '3' }]);
      expect((await queue.receive(jobs, { max: 2, wait: 1 })).length).toBeLessThanOrEqual(2);
    });

    it('hides what was received until its visibility timeout ends, then delivers it again and counts', async () => {
      await queue.send(jobs, [{ body: 'job' }]);
      const first = await receiveOne();
      await receiveNone();
      await subject.pass(1);
      await receiveNone();
      await subject.pass(1.1);
      const second = await receiveOne();
      expect(second).toMatchObject({ messageId: first.messageId, body: 'job', receiveCount: 2, sentAt: first.sentAt });
      expect(second.firstReceivedAt).toBe(first.firstReceivedAt);
      expect(second.receiptHandle).not.toBe(first.receiptHandle);
    });

    it('takes the visibility timeout of one receive from its options', async () => {
      await queue.send(jobs, [{ body: 'job' }]);
      await queue.receive(jobs, { max: 1, wait: 1, visibilityTimeout: 4 });
      await subject.pass(2.1);
      await receiveNone();
      await subject.pass(2);
      expect((await receiveOne()).receiveCount).toBe(2);
    });

    it('never delivers again what was deleted', async () => {
      await queue.send(jobs, [{ body: 'job' }]);
      const { receiptHandle } = await receiveOne();
      await queue.delete(jobs, [receiptHandle]);
      await queue.delete(jobs, [receiptHandle]);
      await subject.pass(2.1);
      await receiveNone();
    });

    it('does nothing by the receipt of an earlier receive', async () => {
      await queue.send(jobs, [{ body: 'job' }]);
      const first = await receiveOne();
      await subject.pass(2.1);
      const second = await receiveOne();
      await queue.delete(jobs, [first.receiptHandle]);
      await queue.changeVisibility(jobs, first.receiptHandle, 0).catch(() => {});
      await receiveNone();
      await subject.pass(2.1);
      const third = await receiveOne();
      expect(third).toMatchObject({ messageId: second.messageId, receiveCount: 3 });
    });

    it('prolongs and ends the invisibility of one message', async () => {
      await queue.send(jobs, [{ body: 'job' }]);
      const { receiptHandle } = await receiveOne();
      await queue.changeVisibility(jobs, receiptHandle, 4);
      await subject.pass(2.1);
      await receiveNone();
      await queue.changeVisibility(jobs, receiptHandle, 0);
      expect((await receiveOne()).receiveCount).toBe(2);
    });

    it('hides a delayed message until its time', async () => {
      await queue.send(jobs, [{ body: 'later', delay: 2 }, { body: 'now' }]);
      expect((await receiveOne()).body).toBe('now');
      await receiveNone();
      await subject.pass(2.1);
      const got = [await receiveOne(), ...(await queue.receive(jobs, { max: 1, wait: 1 }))];
      expect(got.find(({ body }) => body === 'later')?.receiveCount).toBe(1);
    });

    it('moves a message to the dead letters when it comes up once more than it may be received', async () => {
      const { source, deadLetterQueue } = await withDeadLetters({ maxReceiveCount: 3 });
      await queue.send(source, [{ body: 'poison', attributes: { of: 'test' } }]);
      const ids = new Set<string>();
      for (let receive = 1; receive <= 3; receive++) {
        const message = await receiveOne(source);
        expect(message.receiveCount).toBe(receive);
        ids.add(message.messageId);
        await receiveNone(deadLetterQueue);
        await subject.pass(2.1);
      }
      await receiveNone(source);
      const dead = await receiveOne(deadLetterQueue);
      expect(dead).toMatchObject({ body: 'poison', attributes: { of: 'test' } });
      expect(ids).toEqual(new Set([dead.messageId]));
      await subject.pass(2.1);
      await receiveNone(source);
    });

    it('gives another message in the place of one that dead-letters', async () => {
      const { source, deadLetterQueue } = await withDeadLetters({ maxReceiveCount: 1 });
      await queue.send(source, [{ body: 'poison' }]);
      await receiveOne(source);
      await subject.pass(2.1);
      await queue.send(source, [{ body: 'good' }]);
      expect((await receiveOne(source)).body).toBe('good');
      expect((await receiveOne(deadLetterQueue)).body).toBe('poison');
    });

    it('wakes who waits for the dead letters', async () => {
      const { source, deadLetterQueue } = await withDeadLetters({ maxReceiveCount: 1 });
      await queue.send(source, [{ body: 'poison' }]);
      await receiveOne(source);
      const waiting = queue.receive(deadLetterQueue, { max: 1, wait: 20 });
      await subject.pass(2.1);
      await receiveNone(source);
      expect(await waiting).toMatchObject([{ body: 'poison' }]);
    });

    it('never gives a message to two at a time', async () => {
      const bodies = Array.from({ length: 20 }, (_, i) => `job ${i}`);
      for (const body of bodies) await queue.send(jobs, [{ body }]);
      const received: string[] = [];
      const receiver = async () => {
        // SQS asks some of its servers when there is no wait: nothing found does not mean that nothing is there.
        while (received.length < bodies.length) {
          const messages = await queue.receive(jobs, { max: 3, wait: 0 });
          received.push(...messages.map(({ body }) => body));
        }
      };
      await Promise.all([receiver(), receiver(), receiver(), receiver()]);
      expect(received.toSorted()).toEqual(bodies.toSorted());
    });

    it('wakes who waits, when a message comes', async () => {
      const waiting = queue.receive(jobs, { max: 1, wait: 20 });
      await new Promise((resolve) => setTimeout(resolve, 20));
      await queue.send(jobs, [{ body: 'at last' }]);
      expect(await waiting).toMatchObject([{ body: 'at last' }]);
    });

    it('misses no message that is sent in the moment in which a receive begins', async () => {
      for (let round = 0; round < 5; round++) {
        const waiting = queue.receive(jobs, { max: 1, wait: 20 });
        const sent = queue.send(jobs, [{ body: `round ${round}` }]);
        const [message] = await waiting;
        expect(message?.body).toBe(`round ${round}`);
        await sent;
        await queue.delete(jobs, [message?.receiptHandle ?? '']);
      }
    });

    it('gives one message to one of those who wait', async () => {
      const stop = new AbortController();
      const waiting = [1, 2, 3].map(() => queue.receive(jobs, { max: 1, wait: 20, signal: stop.signal }));
      await queue.send(jobs, [{ body: 'one' }]);
      await Promise.race(waiting.map(async (each) => (await each).length > 0 || new Promise(() => {})));
      stop.abort();
      const all = await Promise.all(waiting);
      expect(all.flat()).toMatchObject([{ body: 'one' }]);
    });

    it('ends a wait when it is aborted', async () => {
      const stop = new AbortController();
      const waiting = queue.receive(jobs, { max: 1, wait: 20, signal: stop.signal });
      stop.abort();
      expect(await waiting).toEqual([]);
      expect(await queue.receive(jobs, { max: 1, wait: 20, signal: stop.signal })).toEqual([]);
    });

    it('loses nothing to a wait that was aborted', async ({ skip }) => {
      skip(subject.lacks?.abortedPollTakesNothing !== undefined, subject.lacks?.abortedPollTakesNothing);
      const stop = new AbortController();
      const waiting = queue.receive(jobs, { max: 1, wait: 20, signal: stop.signal });
      await new Promise((resolve) => setTimeout(resolve, 20));
      stop.abort();
      await waiting;
      await queue.send(jobs, [{ body: 'job' }]);
      expect(await receiveOne()).toMatchObject({ body: 'job', receiveCount: 1 });
    });

    it('answers a receive without a wait at once', async () => {
      await receiveNone();
    });

    it('keeps queues apart', async () => {
      const other = `other-${randomUUID()}`;
      await queue.create(other, { visibilityTimeout: 2 });
      await queue.send(jobs, [{ body: 'for jobs' }]);
      await receiveNone(other);
      const { receiptHandle } = await receiveOne();
      await queue.delete(other, [receiptHandle]).catch(() => {});
      await subject.pass(2.1);
      expect((await receiveOne()).body).toBe('for jobs');
    });

    it('refuses a queue that was never made', async () => {
      const missing = `missing-${randomUUID()}`;
      const refused = { name: 'QueueNotFoundError', code: 'QUEUE_NOT_FOUND' };
      await expect((async () => queue.send(missing, [{ body: 'x' }]))()).rejects.toMatchObject(refused);
      await expect(queue.receive(missing, { max: 1, wait: 0 })).rejects.toBeInstanceOf(QueueNotFoundError);
      await expect(queue.depth(missing)).rejects.toMatchObject(refused);
    });

    it('tells how many wait, are in flight and are delayed', async ({ skip }) => {
      skip(subject.lacks?.exactDepth !== undefined, subject.lacks?.exactDepth);
      expect(await queue.depth(jobs)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
      await queue.send(jobs, [{ body: '1' }, { body: '2' }, { body: '3' }, { body: '4', delay: 60 }]);
      await receiveOne();
      expect(await queue.depth(jobs)).toEqual({ visible: 2, inFlight: 1, delayed: 1 });
      const { receiptHandle } = await receiveOne();
      await queue.delete(jobs, [receiptHandle]);
      expect(await queue.depth(jobs)).toEqual({ visible: 1, inFlight: 1, delayed: 1 });
    });
  });
}
