import { expect, it } from 'vitest';
import type { FifoQueueSetting } from './setting.ts';

/** What comes back, and what does not. */
export function returnCases({
  subject,
  queue,
  newQueue,
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
  it('gives a message whose visibility timeout ended before those after it', async () => {
    const short = await newQueue({ visibilityTimeout: 2 });
    await send(short, 'a1', 'a2');
    const first = await receiveOne(short);
    await subject().pass(2.1);
    await send(short, 'a3');
    const again = await receive(short);
    expect(bodies(again)).toEqual(['a1', 'a2', 'a3']);
    expect(again[0]).toMatchObject({ messageId: first.messageId, receiveCount: 2, fifo: first.fifo });
  });

  it('gives a message that was let go before those after it, and holds those back that are waited for', async () => {
    await send(jobs(), 'a1', 'a2', 'a3');
    const first = await receiveOne();
    await release(first);
    const [a1, a2, a3] = await receive();
    expect(bodies(a1 && a2 && a3 ? [a1, a2, a3] : [])).toEqual(['a1', 'a2', 'a3']);
    await remove(a1 && a3 ? [a1, a3] : []);
    await queue().changeVisibility(jobs(), a2?.receiptHandle ?? '', 60);
    await send(jobs(), 'a4');
    await receiveNone();
    await release(a2);
    expect(bodies(await receive())).toEqual(['a2', 'a4']);
  });

  it('moves an exhausted message to the dead letters with its group, and the group goes on', async () => {
    const dead = await newQueue();
    const source = await newQueue({ deadLetterQueue: dead, maxReceiveCount: 2 });
    await send(source, 'a1', 'a2');
    for (let receiveCount = 1; receiveCount <= 2; receiveCount++) {
      const a1 = await receiveOne(source);
      expect(a1).toMatchObject({ body: 'a1', receiveCount });
      await release(a1, source);
    }
    expect(bodies(await receive(source))).toEqual(['a2']);
    const buried = await receive(dead);
    expect(buried).toMatchObject([{ body: 'a1', fifo: { groupId: 'a', deduplicationId: 'a1' } }]);
    await remove(buried, dead);
    await receiveNone(dead);
  });

  it('gives the dead letters of a group in their order', async () => {
    const dead = await newQueue();
    const source = await newQueue({ deadLetterQueue: dead, maxReceiveCount: 1 });
    await send(source, 'a1', 'a2', 'a3');
    for (let received = 0; received < 3; ) {
      const messages = await receive(source, 2);
      for (const each of messages.toReversed()) await release(each, source);
      received += messages.length;
    }
    await receiveNone(source);
    expect(bodies(await take(3, dead))).toEqual(['a1', 'a2', 'a3']);
  });

  it('deletes nothing by a receipt whose visibility timeout has ended', async ({ skip }) => {
    skip(subject().lacks?.receiptsExpire !== undefined, subject().lacks?.receiptsExpire);
    const short = await newQueue({ visibilityTimeout: 2 });
    await send(short, 'a1');
    const late = await receiveOne(short);
    await subject().pass(2.1);
    await remove([late], short);
    expect((await receiveOne(short)).receiveCount).toBe(2);
  });

  it('does nothing by the receipt of an earlier receive', async () => {
    await send(jobs(), 'a1', 'a2');
    const first = await receiveOne();
    await release(first);
    const second = await receiveOne();
    await remove([first]);
    await release(first).catch(() => {});
    await receiveNone();
    await remove([second]);
    expect(bodies(await receive())).toEqual(['a2']);
  });

  it('wakes who waits for a group, when it becomes free', async () => {
    await send(jobs(), 'a1', 'a2');
    const a1 = await receiveOne();
    const waiting = queue().receive(jobs(), { max: 1, wait: 20 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await remove([a1]);
    const a2 = await waiting;
    expect(bodies(a2)).toEqual(['a2']);
    const again = queue().receive(jobs(), { max: 1, wait: 20 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await release(a2[0]);
    expect(await again).toMatchObject([{ body: 'a2', receiveCount: 2 }]);
  });

  it('hides each message for the time that its queue says, and keeps the order', async () => {
    const late = await newQueue({ fifo: { contentBasedDeduplication: false, delay: 2 } });
    await send(late, 'a1', 'a2');
    await receiveNone(late);
    await subject().pass(2.1);
    expect(bodies(await take(2, late))).toEqual(['a1', 'a2']);
  });
}
