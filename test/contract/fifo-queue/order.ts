import { expect, it } from 'vitest';
import type { ReceivedMessage } from '#shared/ports/queue.ts';
import type { FifoQueueSetting } from './setting.ts';

/** Who gets what, in which order. */
export function orderCases({
  subject,
  queue,
  send,
  receive,
  receiveOne,
  receiveNone,
  remove,
  release,
  take,
  bodies,
  jobs,
}: FifoQueueSetting): void {
  it('delivers a message with its place, by which the sender was answered', async () => {
    const outgoing = { body: 'ünicode 🐦', groupId: 'group!~', deduplicationId: 'once', attributes: { of: 'test' } };
    const [sent] = await queue().send(jobs(), [outgoing]);
    const received = await receiveOne();
    expect(received).toMatchObject({
      messageId: sent?.messageId,
      body: outgoing.body,
      attributes: { of: 'test' },
      receiveCount: 1,
      fifo: { groupId: 'group!~', deduplicationId: 'once', sequenceNumber: sent?.sequenceNumber },
    });
    expect(sent?.sequenceNumber).toMatch(/^\d{20}$/);
  });

  it('numbers messages so that the numbers grow', async () => {
    const sent = [...(await send(jobs(), 'a1', 'b1', 'a2')), ...(await send(jobs(), 'a3'))];
    const numbers = sent.map(({ sequenceNumber = '' }) => sequenceNumber);
    expect(numbers).toEqual([...new Set(numbers)].toSorted());
  });

  it('gives the messages of a group in the order in which they were sent', async () => {
    const sent = Array.from({ length: 25 }, (_, index) => `a${index}`);
    for (let first = 0; first < sent.length; first += 10) await send(jobs(), ...sent.slice(first, first + 10));
    expect(bodies(await take(25))).toEqual(sent);
  });

  it('holds a group back while one of its messages is in flight, and no other group', async () => {
    await send(jobs(), 'a1', 'a2', 'b1', 'b2');
    const a1 = await receiveOne();
    const b1 = await receiveOne();
    expect(bodies([a1, b1])).toEqual(['a1', 'b1']);
    await receiveNone();
    await send(jobs(), 'a3');
    await receiveNone();
    await remove([b1]);
    const b2 = await receiveOne();
    await remove([a1]);
    expect(bodies([b2, ...(await receive())])).toEqual(['b2', 'a2', 'a3']);
  });

  it('holds a group back until the last of what one receive gave is dealt with', async () => {
    await send(jobs(), 'a1', 'a2');
    const [a1, a2] = await receive();
    await send(jobs(), 'a3');
    expect(bodies(a1 && a2 ? [a1, a2] : [])).toEqual(['a1', 'a2']);
    await remove(a1 ? [a1] : []);
    await receiveNone();
    await release(a2);
    expect(bodies(await receive())).toEqual(['a2', 'a3']);
  });

  it('gives a group to one at a time, also where many receive', async () => {
    const groups = ['a', 'b', 'c'];
    const sent = (group: string) => Array.from({ length: 8 }, (_, index) => `${group}${index}`);
    for (let index = 0; index < 8; index++) await send(jobs(), ...groups.map((group) => `${group}${index}`));
    const got: ReceivedMessage[] = [];
    const held = new Set<string | undefined>();
    const receiver = async () => {
      while (got.length < 24) {
        const messages = await queue().receive(jobs(), { max: 2, wait: 0 });
        const taken = new Set(messages.map(({ fifo }) => fifo?.groupId));
        for (const group of taken) {
          expect(held).not.toContain(group);
          held.add(group);
        }
        got.push(...messages);
        await new Promise((resolve) => setTimeout(resolve, 1));
        for (const group of taken) held.delete(group);
        await remove(messages);
      }
    };
    await Promise.all([receiver(), receiver(), receiver(), receiver()]);
    for (const group of groups) {
      expect(bodies(got.filter(({ fifo }) => fifo?.groupId === group))).toEqual(sent(group));
    }
  });

  it('tells how many wait and are in flight, those that are held back among the waiting', async ({ skip }) => {
    skip(subject().lacks?.exactDepth !== undefined, subject().lacks?.exactDepth);
    await send(jobs(), 'a1', 'a2', 'b1');
    await receiveOne();
    expect(await queue().depth(jobs())).toEqual({ visible: 2, inFlight: 1, delayed: 0 });
  });
}
