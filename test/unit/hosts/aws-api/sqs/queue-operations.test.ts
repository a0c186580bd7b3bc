import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AwsServices,
  busName,
  openAwsServices,
  wiredDeadLetters,
  wiredQueue,
} from '#test/support/aws-services.ts';
import { queueArnOf } from '#test/support/bus-tap.ts';
import { TestClock } from '#test/support/fixtures.ts';

let clock: TestClock;
let aws: AwsServices;
beforeEach(async () => {
  clock = new TestClock();
  aws = await openAwsServices({ clock });
});
afterEach(() => aws.remove());

const sqs = (operation: string, input: object = {}) => aws.call('sqs', operation, input);
const create = async (QueueName: string, Attributes: object = {}): Promise<string> =>
  (await sqs('CreateQueue', { QueueName, Attributes })).QueueUrl;
const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
  sqs('SendMessage', { QueueUrl, MessageBody, ...more });
async function receive(QueueUrl: string, more: object = {}) {
  // A visibility timeout of 0 ends after a millisecond.
  aws.clock.advance(0.001);
  return (await sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, ...more })).Messages ?? [];
}
const bodies = async (QueueUrl: string) => (await receive(QueueUrl)).map(({ Body }: { Body: string }) => Body);
const attributes = async (QueueUrl: string) =>
  (await sqs('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] })).Attributes;

describe('ListQueues', () => {
  it('lists all queues by name, those with a prefix, and page by page', async () => {
    for (const name of ['b', 'a-2', 'a-1']) await create(name);
    const all = (await sqs('ListQueues')).QueueUrls;
    expect(all).toEqual(expect.arrayContaining([wiredQueue, 'a-1', 'b'].map(aws.queueUrl)));
    expect(all).toEqual(all.toSorted());
    const first = await sqs('ListQueues', { QueueNamePrefix: 'a-', MaxResults: 1 });
    expect(first).toEqual({ QueueUrls: [aws.queueUrl('a-1')], NextToken: expect.any(String) });
    const second = await sqs('ListQueues', { QueueNamePrefix: 'a-', MaxResults: 1, NextToken: first.NextToken });
    expect(second).toEqual({ QueueUrls: [aws.queueUrl('a-2')] });
    expect(await sqs('ListQueues', { QueueNamePrefix: 'none' })).toEqual({});
  });

  it('refuses a token that no page had, and a token without MaxResults', async () => {
    const code = 'InvalidParameterValue';
    await expect(sqs('ListQueues', { NextToken: '!', MaxResults: 1 })).rejects.toMatchObject({ code });
    await expect(sqs('ListQueues', { NextToken: 'YWZ0ZXI6YQ' })).rejects.toMatchObject({ code });
  });
});

describe('PurgeQueue', () => {
  it.each(['jobs', 'jobs.fifo'])('deletes all messages of %s, also those in flight, and no later one', async (name) => {
    const isFifo = name.endsWith('.fifo');
    const QueueUrl = await create(name, isFifo ? { FifoQueue: 'true', ContentBasedDeduplication: 'true' } : {});
    const other = await create('other');
    await send(other, 'stays');
    const group = isFifo ? { MessageGroupId: 'g' } : {};
    await send(QueueUrl, 'in flight', group);
    const [inFlight] = await receive(QueueUrl);
    for (const body of ['two', 'three']) await send(QueueUrl, body, group);
    expect(await sqs('PurgeQueue', { QueueUrl })).toEqual({});
    expect(await attributes(QueueUrl)).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
    await sqs('DeleteMessage', { QueueUrl, ReceiptHandle: inFlight.ReceiptHandle });
    await send(QueueUrl, 'later', group);
    expect(await bodies(QueueUrl)).toEqual(['later']);
    expect(await bodies(other)).toEqual(['stays']);
  });

  it('deletes more messages than one transaction takes', async () => {
    const QueueUrl = await create('jobs');
    for (let sent = 0; sent < 3; sent++) {
      await aws.queue.send('jobs', Array(400).fill({ body: 'm' }));
    }
    await sqs('PurgeQueue', { QueueUrl });
    expect(await attributes(QueueUrl)).toMatchObject({ ApproximateNumberOfMessages: '0' });
  });

  it('is refused within 60 seconds of the last', async () => {
    const QueueUrl = await create('jobs');
    await sqs('PurgeQueue', { QueueUrl });
    clock.advance(59);
    await expect(sqs('PurgeQueue', { QueueUrl })).rejects.toMatchObject({
      code: 'PurgeQueueInProgress',
      queryCode: 'AWS.SimpleQueueService.PurgeQueueInProgress',
      status: 403,
    });
    clock.advance(1);
    await sqs('PurgeQueue', { QueueUrl });
  });
});

describe('DeleteQueue', () => {
  it('deletes the queue with its messages, for good', async () => {
    const QueueUrl = await create('jobs');
    await send(QueueUrl, 'old');
    const waiting = receive(QueueUrl, { WaitTimeSeconds: 20, VisibilityTimeout: 0 });
    expect(await waiting).toHaveLength(1);
    await sqs('DeleteQueue', { QueueUrl });
    const gone = { code: 'QueueDoesNotExist' };
    await expect(send(QueueUrl, 'late')).rejects.toMatchObject(gone);
    await expect(sqs('DeleteQueue', { QueueUrl })).rejects.toMatchObject(gone);
    await expect(sqs('GetQueueUrl', { QueueName: 'jobs' })).rejects.toMatchObject(gone);
    aws = await aws.restart();
    await expect(sqs('GetQueueUrl', { QueueName: 'jobs' })).rejects.toMatchObject(gone);
    expect(await bodies(await create('jobs'))).toEqual([]);
  });

  it('ends a receive that waits', async () => {
    const QueueUrl = await create('jobs');
    const waiting = receive(QueueUrl, { WaitTimeSeconds: 20 });
    await sqs('DeleteQueue', { QueueUrl });
    expect(await waiting).toEqual([]);
  });

  it('keeps the name for 60 seconds', async () => {
    const QueueUrl = await create('jobs.fifo', { FifoQueue: 'true' });
    const once = { MessageGroupId: 'g', MessageDeduplicationId: 'once' };
    await send(QueueUrl, 'first life', once);
    await sqs('DeleteQueue', { QueueUrl });
    clock.advance(59);
    await expect(create('jobs.fifo', { FifoQueue: 'true' })).rejects.toMatchObject({ code: 'QueueDeletedRecently' });
    clock.advance(1);
    await create('jobs.fifo', { FifoQueue: 'true' });
    await send(QueueUrl, 'second life', once);
    expect(await bodies(QueueUrl)).toEqual(['second life']);
  });

  it('is finished by the next start, when the mesh stops before the messages are deleted', async () => {
    await aws.queue.create('jobs', { visibilityTimeout: 30 });
    await aws.queue.send('jobs', [{ body: 'old' }]);
    aws.database.write(() => aws.database.prepare(markDeleted).run());
    aws = await aws.restart();
    expect(await bodies(await create('jobs'))).toEqual([]);
    aws = await aws.restart();
    expect((await sqs('ListQueues', { QueueNamePrefix: 'jobs' })).QueueUrls).toHaveLength(1);
  });
  const markDeleted = `INSERT INTO made_resources (kind, name, definition) VALUES ('deleted-queue', 'jobs', '{}')`;

  it('leaves rules with the queue as a target: their events do not fail, and reach a new queue of the name', async () => {
    const jobs = await create('jobs');
    const other = await create('other');
    const EventBusName = busName;
    await aws.call('events', 'PutRule', { EventBusName, Name: 'both', EventPattern: '{"source":["shop"]}' });
    const Targets = ['jobs', 'other'].map((name) => ({ Id: name, Arn: queueArnOf(name) }));
    await aws.call('events', 'PutTargets', { EventBusName, Rule: 'both', Targets });
    const put = () =>
      aws.call('events', 'PutEvents', {
        Entries: [{ EventBusName, Source: 'shop', DetailType: 'Ordered.v1', Detail: '{}' }],
      });
    await sqs('DeleteQueue', { QueueUrl: jobs });
    expect(await put()).toMatchObject({ FailedEntryCount: 0 });
    expect(await receive(other)).toHaveLength(1);
    expect((await aws.call('events', 'ListTargetsByRule', { EventBusName, Rule: 'both' })).Targets).toHaveLength(2);
    clock.advance(60);
    await create('jobs');
    await put();
    expect(await receive(jobs)).toHaveLength(1);
  });

  it('of a dead-letter queue lets messages stay in their queue', async () => {
    const dead = await create('dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArnOf('dead'), maxReceiveCount: 1 });
    const jobs = await create('jobs', { RedrivePolicy, VisibilityTimeout: '0' });
    await send(jobs, 'poison');
    await sqs('DeleteQueue', { QueueUrl: dead });
    expect(await bodies(jobs)).toEqual(['poison']);
    expect(await bodies(jobs)).toEqual(['poison']);
  });
});

describe('SetQueueAttributes', () => {
  it('changes the given attributes, and no others, also after a restart', async () => {
    const QueueUrl = await create('jobs', { VisibilityTimeout: '5', MaximumMessageSize: '1024' });
    await send(QueueUrl, 'stays');
    clock.advance(100);
    const changes = { DelaySeconds: '7', MessageRetentionPeriod: '60', MaximumMessageSize: '2048' };
    expect(await sqs('SetQueueAttributes', { QueueUrl, Attributes: changes })).toEqual({});
    const before = await attributes(QueueUrl);
    expect(before).toMatchObject({ ...changes, VisibilityTimeout: '5', ApproximateNumberOfMessages: '1' });
    expect(Number(before.LastModifiedTimestamp) - Number(before.CreatedTimestamp)).toBe(100);
    aws = await aws.restart();
    expect(await attributes(QueueUrl)).toEqual(before);
    await send(QueueUrl, 'x'.repeat(2048));
    await expect(send(QueueUrl, 'x'.repeat(2049))).rejects.toMatchObject({ code: 'InvalidParameterValue' });
    expect(await attributes(QueueUrl)).toMatchObject({ ApproximateNumberOfMessagesDelayed: '1' });
  });

  it('sets and removes a redrive policy', async () => {
    const dead = await create('dead');
    const QueueUrl = await create('jobs', { VisibilityTimeout: '0' });
    const policy = (deadLetterTargetArn: string) => JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
    const set = (RedrivePolicy: string) => sqs('SetQueueAttributes', { QueueUrl, Attributes: { RedrivePolicy } });
    await set(policy(queueArnOf('dead')));
    await send(QueueUrl, 'poison');
    await receive(QueueUrl);
    expect(await receive(QueueUrl)).toEqual([]);
    const [letter] = await receive(dead, { MessageSystemAttributeNames: ['DeadLetterQueueSourceArn'] });
    expect(letter.Attributes).toEqual({ DeadLetterQueueSourceArn: queueArnOf('jobs') });
    await expect(set(policy(queueArnOf('nowhere')))).rejects.toMatchObject({ code: 'InvalidParameterValue' });
    await set('');
    expect(await attributes(QueueUrl)).not.toHaveProperty('RedrivePolicy');
  });

  it('changes a FIFO queue, and never its kind', async () => {
    const QueueUrl = await create('jobs.fifo', { FifoQueue: 'true' });
    const set = (Attributes: object) => sqs('SetQueueAttributes', { QueueUrl, Attributes });
    await set({ ContentBasedDeduplication: 'true', DeduplicationScope: 'messageGroup' });
    await send(QueueUrl, 'same', { MessageGroupId: 'a' });
    await send(QueueUrl, 'same', { MessageGroupId: 'b' });
    expect(await bodies(QueueUrl)).toEqual(['same', 'same']);
    await expect(set({ FifoQueue: 'true' })).rejects.toMatchObject({ code: 'InvalidAttributeName' });
    const standard = await create('standard');
    const content = { QueueUrl: standard, Attributes: { ContentBasedDeduplication: 'true' } };
    await expect(sqs('SetQueueAttributes', content)).rejects.toMatchObject({ code: 'InvalidAttributeName' });
  });

  it.each<[string, object | undefined, string]>([
    ['no attributes', undefined, 'MissingParameter'],
    ['an attribute that only the queue sets', { QueueArn: 'x' }, 'InvalidAttributeName'],
    ['an unknown attribute', { Color: 'red' }, 'InvalidAttributeName'],
    ['a policy', { Policy: '{}' }, 'UnsupportedOperation'],
    ['encryption by SQS', { SqsManagedSseEnabled: 'true' }, 'UnsupportedOperation'],
  ])('refuses %s, and changes nothing', async (_what, Attributes, code) => {
    const QueueUrl = await create('jobs');
    const before = await attributes(QueueUrl);
    const given = Attributes && { DelaySeconds: '7', ...Attributes };
    await expect(sqs('SetQueueAttributes', { QueueUrl, Attributes: given })).rejects.toMatchObject({ code });
    expect(await attributes(QueueUrl)).toEqual(before);
  });

  it('takes the values that a queue of the mesh has anyway', async () => {
    const QueueUrl = await create('jobs', { SqsManagedSseEnabled: 'false', Policy: '' });
    await sqs('SetQueueAttributes', { QueueUrl, Attributes: { SqsManagedSseEnabled: 'false', KmsMasterKeyId: '' } });
    expect(await attributes(QueueUrl)).toMatchObject({ SqsManagedSseEnabled: 'false' });
  });
});

describe('a queue of serverless.yml', () => {
  it.each(['PurgeQueue', 'DeleteQueue', 'SetQueueAttributes'])('is refused by %s, with advice', async (operation) => {
    for (const name of [wiredQueue, wiredDeadLetters]) {
      await aws.queue.send(name, [{ body: 'a request' }]);
      const input = { QueueUrl: aws.queueUrl(name), Attributes: { VisibilityTimeout: '1' } };
      const refusal = sqs(operation, operation === 'SetQueueAttributes' ? input : { QueueUrl: input.QueueUrl });
      await expect(refusal).rejects.toMatchObject({
        code: 'UnsupportedOperation',
        queryCode: 'AWS.SimpleQueueService.UnsupportedOperation',
        message: expect.stringContaining(`serverless.yml defines the queue ${name}`),
      });
      expect(await aws.queue.depth(name)).toMatchObject({ visible: 1 });
      expect(aws.queue.settings(name)).toMatchObject({ visibilityTimeout: 30 });
    }
  });
});

describe('GetQueueUrl', () => {
  it('finds no queue of another account', async () => {
    await create('jobs');
    const of = (QueueOwnerAWSAccountId: string) => sqs('GetQueueUrl', { QueueName: 'jobs', QueueOwnerAWSAccountId });
    expect(await of('000000000000')).toEqual({ QueueUrl: aws.queueUrl('jobs') });
    await expect(of('111111111111')).rejects.toMatchObject({ code: 'QueueDoesNotExist' });
  });
});
