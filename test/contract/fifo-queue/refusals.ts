import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { QueueSettings } from '#shared/ports/control-plane.ts';
import type { OutgoingMessage } from '#shared/ports/queue.ts';
import type { FifoQueueSetting } from './setting.ts';

/** What a FIFO queue takes. */
export function refusalCases({
  queue,
  message,
  send,
  receive,
  receiveOne,
  receiveNone,
  bodies,
  jobs,
}: FifoQueueSetting): void {
  it.each<[string, Partial<OutgoingMessage>]>([
    ['no group id', { deduplicationId: 'x' }],
    ['no deduplication id, where the queue makes none', { groupId: 'a' }],
    ['a delay of its own', { groupId: 'a', deduplicationId: 'x', delay: 1 }],
    ['an empty group id', { groupId: '', deduplicationId: 'x' }],
    ['a group id that is too long', { groupId: 'g'.repeat(129), deduplicationId: 'x' }],
    ['a group id with a space', { groupId: 'a b', deduplicationId: 'x' }],
    ['a deduplication id that is too long', { groupId: 'a', deduplicationId: 'x'.repeat(129) }],
    ['a deduplication id of other letters', { groupId: 'a', deduplicationId: 'ä' }],
  ])('sends nothing of a call that has a message with %s', async (_what, wrong) => {
    const refused = { name: 'InvalidMessageError', code: 'INVALID_MESSAGE' };
    const sending = queue().send(jobs(), [message('a', 'good'), { body: 'wrong', ...wrong }]);
    await expect(sending).rejects.toMatchObject(refused);
    await receiveNone();
    // Nor is the good one's deduplication id remembered.
    await send(jobs(), 'good');
    expect(bodies(await receive())).toEqual(['good']);
  });

  it('takes ids of 128 characters', async () => {
    const id = `${'!~'.repeat(60)}abcDEF09`;
    await queue().send(jobs(), [{ body: 'long', groupId: id, deduplicationId: id }]);
    expect((await receiveOne()).fifo).toMatchObject({ groupId: id, deduplicationId: id });
  });

  it('sends to a standard queue with a group id, and not with a deduplication id', async () => {
    const standard = `standard-${randomUUID()}`;
    await queue().create(standard, { visibilityTimeout: 30 });
    const refused = { name: 'InvalidMessageError' };
    await expect(queue().send(standard, [{ body: 'x', deduplicationId: 'x' }])).rejects.toMatchObject(refused);
    await queue().send(standard, [{ body: 'fair', groupId: 'a' }]);
    const fair = await receiveOne(standard);
    expect(fair.body).toBe('fair');
    expect(fair.fifo).toBeUndefined();
  });

  it('refuses queues whose name, settings and dead letters are of different kinds', async () => {
    const refused = { name: 'ConfigurationError', code: 'CONFIGURATION' };
    const plain = `plain-${randomUUID()}`;
    const create = (made: string, settings: Partial<QueueSettings>) =>
      queue().create(made, { visibilityTimeout: 30, ...settings });
    const fifo = { contentBasedDeduplication: false };
    await expect(create(plain, { fifo })).rejects.toMatchObject(refused);
    await expect(create(`${plain}.fifo`, {})).rejects.toMatchObject(refused);
    const limited = { fifo: { ...fifo, throughputLimit: 'perMessageGroupId' } } as const;
    await expect(create(`${plain}.fifo`, limited)).rejects.toMatchObject(refused);
    await create(plain, {});
    const dead = { deadLetterQueue: plain, maxReceiveCount: 1 };
    await expect(create(`${plain}.fifo`, { fifo, ...dead })).rejects.toMatchObject(refused);
    await expect(create(`${plain}-2`, { deadLetterQueue: jobs(), maxReceiveCount: 1 })).rejects.toMatchObject(refused);
  });
}
