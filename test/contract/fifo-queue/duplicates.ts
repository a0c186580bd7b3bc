import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { FifoQueueSetting } from './setting.ts';

/** Each message once. */
export function duplicateCases({
  subject,
  queue,
  newQueue,
  message,
  send,
  receiveNone,
  take,
  bodies,
  jobs,
}: FifoQueueSetting): void {
  it('answers a duplicate as the first one, and does not deliver it', async () => {
    const [first] = await queue().send(jobs(), [message('a', 'same')]);
    const [again, other] = await queue().send(jobs(), [
      { groupId: 'another', body: 'another body', deduplicationId: 'same' },
      message('a', 'other'),
    ]);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(bodies(await take(2))).toEqual(['same', 'other']);
    expect(await queue().send(jobs(), [message('a', 'same')])).toEqual([first]);
    await receiveNone();
  });

  it('sees duplicates within a batch', async () => {
    const sent = await send(jobs(), 'a1', 'a1', 'a2');
    expect(sent[1]).toEqual(sent[0]);
    expect(bodies(await take(2))).toEqual(['a1', 'a2']);
  });

  it('sees duplicates of one group alone where the queue says so', async () => {
    const scoped = { fifo: { contentBasedDeduplication: true, deduplicationScope: 'messageGroup' } } as const;
    const byGroup = await newQueue(scoped);
    const [first, other, again] = await queue().send(byGroup, [
      { groupId: 'a', body: 'same' },
      { groupId: 'b', body: 'same' },
      { groupId: 'a', body: 'same' },
    ]);
    expect(again).toEqual(first);
    expect(other?.messageId).not.toBe(first?.messageId);
    const received = await take(2, byGroup);
    expect(received.map(({ fifo }) => fifo?.groupId).toSorted()).toEqual(['a', 'b']);
    const sha256 = createHash('sha256').update('same').digest('hex');
    expect(received.map(({ fifo }) => fifo?.deduplicationId)).toEqual([sha256, sha256]);
    expect(await queue().send(byGroup, [{ groupId: 'b', body: 'same' }])).toEqual([other]);
    await receiveNone(byGroup);
  });

  it('keeps the deduplication ids of queues apart', async () => {
    const other = await newQueue();
    await send(jobs(), 'a1');
    await send(other, 'a1');
    expect(bodies([...(await take(1)), ...(await take(1, other))])).toEqual(['a1', 'a1']);
  });

  it('takes a duplicate as new after five minutes', async ({ skip }) => {
    skip(subject().lacks?.deduplicationEnds !== undefined, subject().lacks?.deduplicationEnds);
    const [first] = await send(jobs(), 'a1');
    await take(1);
    await subject().pass(299.9);
    expect(await send(jobs(), 'a1')).toEqual([first]);
    await subject().pass(0.1);
    const [second] = await send(jobs(), 'a1');
    expect(second?.messageId).not.toBe(first?.messageId);
    expect(await send(jobs(), 'a1')).toEqual([second]);
    expect(bodies(await take(1))).toEqual(['a1']);
  });

  it('makes deduplication ids of bodies where the queue says so, and a given one counts for more', async () => {
    const content = await newQueue({ fifo: { contentBasedDeduplication: true } });
    const body = 'häuser';
    const sent = await queue().send(content, [
      { groupId: 'a', body },
      { groupId: 'b', body, attributes: { not: 'counted' } },
      { groupId: 'a', body, deduplicationId: 'given' },
    ]);
    expect(sent[1]).toEqual(sent[0]);
    const sha256 = createHash('sha256').update(body).digest('hex');
    const received = await take(2, content);
    expect(received.map(({ fifo }) => fifo?.deduplicationId)).toEqual([sha256, 'given']);
  });
}
