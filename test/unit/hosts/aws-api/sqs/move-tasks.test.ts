import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AwsServices, openAwsServices, wiredDeadLetters, wiredQueue } from '#test/support/aws-services.ts';
import { queueArnOf } from '#test/support/bus-tap.ts';

const patience = { timeout: 30_000 };

let aws: AwsServices;
beforeEach(async () => {
  aws = await openAwsServices();
});
afterEach(() => aws.remove());

const sqs = (operation: string, input: object = {}) => aws.call('sqs', operation, input);
const create = async (QueueName: string, Attributes: object = {}): Promise<string> =>
  (await sqs('CreateQueue', { QueueName, Attributes })).QueueUrl;
async function receive(QueueUrl: string, more: object = {}) {
  // A visibility timeout of 0 ends after a millisecond.
  aws.clock.advance(0.001);
  return (await sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, ...more })).Messages ?? [];
}
const bodies = async (QueueUrl: string) => (await receive(QueueUrl)).map(({ Body }: { Body: string }) => Body);
const start = (source: string, more: object = {}) =>
  sqs('StartMessageMoveTask', { SourceArn: queueArnOf(source), ...more });
const list = async (source: string, more: object = {}) =>
  (await sqs('ListMessageMoveTasks', { SourceArn: queueArnOf(source), ...more })).Results;
const ended = (source: string) =>
  vi.waitFor(async () => {
    const [task] = await list(source);
    expect(task.Status).not.toBe('RUNNING');
    return task;
  }, patience);

/** A queue whose messages fail at once, with such messages in its dead-letter queue. */
async function withDeadLetters(name: string, letters: readonly string[], dead = `${name}-dead`, more: object = {}) {
  await create(dead, more);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArnOf(dead), maxReceiveCount: 1 });
  const QueueUrl = await create(name, { VisibilityTimeout: '0', RedrivePolicy, ...more });
  for (const MessageBody of letters) {
    const MessageAttributes = { color: { DataType: 'String', StringValue: 'red' } };
    const ids =
      'FifoQueue' in more ? { MessageGroupId: MessageBody.charAt(0), MessageDeduplicationId: MessageBody } : {};
    await sqs('SendMessage', { QueueUrl, MessageBody, MessageAttributes, ...ids });
  }
  for (const _ of letters) await receive(QueueUrl);
  expect(await receive(QueueUrl)).toEqual([]);
  return QueueUrl;
}

describe('StartMessageMoveTask', () => {
  it('moves dead letters back to the queues from which they came', async () => {
    const one = await withDeadLetters('one', ['a', 'b'], 'dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArnOf('dead'), maxReceiveCount: 1 });
    const two = await create('two', { VisibilityTimeout: '0', RedrivePolicy });
    await sqs('SendMessage', { QueueUrl: two, MessageBody: 'c' });
    await receive(two);
    await receive(two);
    const { TaskHandle } = await start('dead');
    expect(JSON.parse(Buffer.from(TaskHandle, 'base64').toString())).toMatchObject({ sourceArn: queueArnOf('dead') });
    expect(await ended('dead')).toEqual({
      Status: 'COMPLETED',
      SourceArn: queueArnOf('dead'),
      ApproximateNumberOfMessagesMoved: 3,
      ApproximateNumberOfMessagesToMove: 3,
      StartedTimestamp: aws.clock.now(),
    });
    const moved = await receive(one, {
      MessageAttributeNames: ['All'],
      AttributeNames: ['All'],
      VisibilityTimeout: 30,
    });
    expect(moved.map(({ Body }: { Body: string }) => Body)).toEqual(['a', 'b']);
    expect(moved[0].MessageAttributes.color.StringValue).toBe('red');
    expect(moved[0].Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
    expect(moved[0].Attributes).not.toHaveProperty('DeadLetterQueueSourceArn');
    expect(await bodies(two)).toEqual(['c']);
  });

  it('moves them to the queue that it names, with a rate', async () => {
    await withDeadLetters('one', ['a', 'b']);
    const other = await create('other');
    await start('one-dead', { DestinationArn: queueArnOf('other'), MaxNumberOfMessagesPerSecond: 500 });
    expect(await ended('one-dead')).toMatchObject({
      Status: 'COMPLETED',
      DestinationArn: queueArnOf('other'),
      MaxNumberOfMessagesPerSecond: 500,
    });
    expect(await bodies(other)).toEqual(['a', 'b']);
  });

  it('keeps the order of FIFO queues, and loses nothing to deduplication', async () => {
    const QueueUrl = await withDeadLetters('one.fifo', ['a1', 'b1', 'a2', 'a3'], 'dead.fifo', { FifoQueue: 'true' });
    await start('dead.fifo');
    await ended('dead.fifo');
    const order = await receive(QueueUrl, { VisibilityTimeout: 30 });
    expect(order.map(({ Body }: { Body: string }) => Body).filter((body: string) => body.startsWith('a'))).toEqual([
      'a1',
      'a2',
      'a3',
    ]);
    expect(order).toHaveLength(4);
  });

  it('moves more than a transaction takes, and no message that arrives later', async () => {
    await withDeadLetters('one', []);
    const letters = Array.from({ length: 250 }, (_, n) => ({ body: String(n) }));
    await aws.queue.send('one-dead', letters);
    await create('other', { VisibilityTimeout: '30' });
    const { mark } = await aws.queue.backlog('one-dead');
    await aws.queue.send('one-dead', [{ body: 'later' }]);
    const move = () => aws.queue.move('one-dead', { destination: 'other', mark, max: 200 });
    expect([await move(), await move(), await move()]).toEqual([{ moved: 200 }, { moved: 50 }, { moved: 0 }]);
    expect(await bodies(aws.queueUrl('one-dead'))).toEqual(['later']);
  });

  it.each<[string, object]>([
    ['dead', {}],
    ['dead.fifo', { FifoQueue: 'true' }],
  ])('leaves messages of %s that are in flight', async (dead, more) => {
    const name = dead === 'dead' ? 'one' : 'one.fifo';
    await withDeadLetters(name, ['a1', 'b1', 'b2'], dead, more);
    const [inFlight] = await receive(aws.queueUrl(dead), { MaxNumberOfMessages: 1, VisibilityTimeout: 30 });
    await start(dead);
    const { ApproximateNumberOfMessagesMoved: moved } = await ended(dead);
    expect(moved).toBe(2);
    await sqs('ChangeMessageVisibility', {
      QueueUrl: aws.queueUrl(dead),
      ReceiptHandle: inFlight.ReceiptHandle,
      VisibilityTimeout: 0,
    });
    expect(await bodies(aws.queueUrl(dead))).toEqual([inFlight.Body]);
  });

  it('goes on after a restart', async () => {
    const QueueUrl = await withDeadLetters('one', ['a', 'b', 'c']);
    await start('one-dead', { MaxNumberOfMessagesPerSecond: 1 });
    await vi.waitFor(
      async () => expect((await list('one-dead'))[0].ApproximateNumberOfMessagesMoved).toBe(1),
      patience,
    );
    aws = await aws.restart();
    expect((await list('one-dead'))[0]).toMatchObject({ ApproximateNumberOfMessagesToMove: 3 });
    expect(await ended('one-dead')).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 3 });
    expect((await receive(QueueUrl, { VisibilityTimeout: 30 })).length).toBe(3);
  });

  it('has counted what it moved when the process ends right after', async () => {
    await withDeadLetters('one', ['a', 'b', 'c']);
    const { move } = aws.queue;
    const moved = Promise.withResolvers<void>();
    aws.queue.move = async (...options) => {
      await move.apply(aws.queue, options);
      moved.resolve();
      return new Promise(() => {});
    };
    await start('one-dead', { MaxNumberOfMessagesPerSecond: 1 });
    await moved.promise;
    aws = await aws.restart();
    expect(await ended('one-dead')).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 3 });
  });

  it('fails for a message that was sent to the dead-letter queue itself', async () => {
    await withDeadLetters('one', []);
    await sqs('SendMessage', { QueueUrl: aws.queueUrl('one-dead'), MessageBody: 'direct' });
    await start('one-dead');
    expect(await ended('one-dead')).toMatchObject({
      Status: 'FAILED',
      FailureReason: 'CouldNotDetermineMessageSource',
    });
    expect(await bodies(aws.queueUrl('one-dead'))).toEqual(['direct']);
  });

  it('fails when the queue is gone to which a message returns', async () => {
    const QueueUrl = await withDeadLetters('one', ['a'], 'dead');
    await withDeadLetters('two', [], 'dead');
    await sqs('DeleteQueue', { QueueUrl });
    await start('dead');
    expect(await ended('dead')).toMatchObject({
      Status: 'FAILED',
      FailureReason: 'AWS.SimpleQueueService.NonExistentQueue',
    });
    expect(await bodies(aws.queueUrl('dead'))).toEqual(['a']);
  });

  it('moves dead letters of a queue of serverless.yml', async () => {
    await aws.queue.send(wiredQueue, [{ body: 'a' }]);
    await aws.queue.receive(wiredQueue, { max: 1, wait: 0, visibilityTimeout: 0 });
    aws.clock.advance(1);
    await aws.queue.receive(wiredQueue, { max: 1, wait: 0 });
    await start(wiredDeadLetters);
    await ended(wiredDeadLetters);
    expect(await aws.queue.depth(wiredQueue)).toMatchObject({ visible: 1 });
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['a queue that is no dead-letter queue', () => start('one'), 'InvalidParameterValue'],
    ['a queue that does not exist', () => start('nowhere'), 'ResourceNotFoundException'],
    [
      'a destination that does not exist',
      () => start('one-dead', { DestinationArn: queueArnOf('nowhere') }),
      'ResourceNotFoundException',
    ],
    [
      'a destination that is the source',
      () => start('one-dead', { DestinationArn: queueArnOf('one-dead') }),
      'InvalidParameterValue',
    ],
    [
      'a destination of the other kind',
      () => start('one-dead', { DestinationArn: queueArnOf('other.fifo') }),
      'InvalidParameterValue',
    ],
  ])('refuses %s', async (_what, begin, code) => {
    await withDeadLetters('one', ['a']);
    await create('other.fifo', { FifoQueue: 'true' });
    await expect(begin()).rejects.toMatchObject({ code });
    expect(await list('one-dead')).toEqual([]);
  });
});

describe('a running task', () => {
  it('is the only one of its source, and ends when it is cancelled', async () => {
    await withDeadLetters('one', ['a', 'b', 'c']);
    const { TaskHandle } = await start('one-dead', { MaxNumberOfMessagesPerSecond: 1 });
    await expect(start('one-dead')).rejects.toMatchObject({ code: 'InvalidParameterValue' });
    expect((await list('one-dead'))[0]).toMatchObject({ Status: 'RUNNING', TaskHandle });
    const { ApproximateNumberOfMessagesMoved: moved } = await sqs('CancelMessageMoveTask', { TaskHandle });
    expect(moved).toBeLessThanOrEqual(1);
    const [task] = await list('one-dead');
    expect(task.Status).toBe('CANCELLED');
    expect(task).not.toHaveProperty('TaskHandle');
    await expect(sqs('CancelMessageMoveTask', { TaskHandle })).rejects.toMatchObject({ code: 'InvalidParameterValue' });
    expect((await aws.queue.depth('one-dead')).visible).toBeGreaterThanOrEqual(2);
  });

  it.each<[string, string, string]>([
    ['no handle', 'x', 'InvalidParameterValue'],
    ['an unknown task', JSON.stringify({ taskId: 'x', sourceArn: queueArnOf('one') }), 'ResourceNotFoundException'],
    ['an unknown queue', JSON.stringify({ taskId: 'x', sourceArn: queueArnOf('no') }), 'ResourceNotFoundException'],
  ])('is not cancelled by %s', async (_what, handle, code) => {
    await create('one');
    const TaskHandle = Buffer.from(handle).toString('base64');
    await expect(sqs('CancelMessageMoveTask', { TaskHandle })).rejects.toMatchObject({ code });
  });
});

describe('ListMessageMoveTasks', () => {
  it('lists the newest of the last ten tasks first, one unless more are asked for', async () => {
    await withDeadLetters('one', []);
    for (let started = 0; started < 11; started++) {
      await start('one-dead');
      await ended('one-dead');
    }
    expect(await list('one-dead')).toHaveLength(1);
    const tasks = await list('one-dead', { MaxResults: 10 });
    const times = tasks.map(({ StartedTimestamp }: { StartedTimestamp: number }) => StartedTimestamp);
    expect(times).toEqual(times.toSorted((a: number, b: number) => b - a));
    aws = await aws.restart();
    expect(await list('one-dead', { MaxResults: 10 })).toEqual(tasks);
  });
});
