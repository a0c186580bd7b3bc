import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '#hosts/aws-api/reference/limits.ts';
import {
  type AwsServices,
  busName as EventBusName,
  openAwsServices,
  streamName as StreamName,
  wiredQueue,
} from '#test/support/aws-services.ts';
import { queueArnOf } from '#test/support/bus-tap.ts';
import { TestClock } from '#test/support/fixtures.ts';

const EventPattern = '{"source":["shop"]}';
const ShardId = 'shardId-000000000000';

let clock: TestClock;
let aws: AwsServices;
beforeEach(async () => {
  clock = new TestClock();
  aws = await openAwsServices({ clock });
});
afterEach(() => aws.remove());

const events = (operation: string, input: object = {}) => aws.call('events', operation, { EventBusName, ...input });
const kinesis = (operation: string, input: object = {}) => aws.call('kinesis', operation, input);
const sqs = (operation: string, input: object = {}) => aws.call('sqs', operation, input);
const create = async (QueueName: string, Attributes: object = {}): Promise<string> =>
  (await sqs('CreateQueue', { QueueName, Attributes })).QueueUrl;
const base64 = (bytes: number) => Buffer.alloc(bytes).toString('base64');
/** Refused with this code. */
const refused = (call: Promise<unknown>, code: string) => expect(call).rejects.toMatchObject({ code });

const deadLetters = (maxReceiveCount: number) => ({
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArnOf('dead'), maxReceiveCount }),
});

/** An entry of this size: 4 bytes of source, 2 of detail-type, and the detail. */
const entryOf = (bytes: number) => ({
  EventBusName,
  Source: 'shop',
  DetailType: 'A1',
  Detail: `{"a":"${'x'.repeat(bytes - 6 - 8)}"}`,
});

/** For each limit of the table: the operation takes the limit, and refuses or leaves out what is beyond. */
const checks: {
  readonly [Service in keyof typeof limits]: {
    readonly [Limit in keyof (typeof limits)[Service]]: () => Promise<void>;
  };
} = {
  events: {
    async callBytes() {
      const put = (bytes: number) => aws.call('events', 'PutEvents', { Entries: [entryOf(bytes - 100), entryOf(100)] });
      expect(await put(limits.events.callBytes)).toMatchObject({ FailedEntryCount: 0 });
      await refused(put(limits.events.callBytes + 1), 'ValidationException');
    },
    async rulesPerBus() {
      const { Rules } = await events('ListRules');
      for (let made = Rules.length; made < limits.events.rulesPerBus; made++) {
        await events('PutRule', { Name: `rule-${made}`, EventPattern });
      }
      await refused(events('PutRule', { Name: 'more', EventPattern }), 'LimitExceededException');
      await events('PutRule', { Name: `rule-${Rules.length}`, EventPattern });
    },
    async targetsPerRule() {
      await events('PutRule', { Name: 'rule', EventPattern });
      const targets = (count: number) =>
        Array.from({ length: count }, (_, index) => ({ Id: String(index), Arn: queueArnOf(wiredQueue) }));
      await events('PutTargets', { Rule: 'rule', Targets: targets(limits.events.targetsPerRule) });
      const more = events('PutTargets', { Rule: 'rule', Targets: targets(limits.events.targetsPerRule + 1) });
      await refused(more, 'LimitExceededException');
    },
    async listed() {
      for (let made = 0; made < limits.events.listed; made++) {
        await events('PutRule', { Name: `rule-${made}`, EventPattern });
      }
      const { Rules, NextToken } = await events('ListRules');
      expect(Rules).toHaveLength(limits.events.listed);
      expect((await events('ListRules', { NextToken })).Rules.length).toBeGreaterThan(0);
    },
  },
  kinesis: {
    async recordBytes() {
      const put = (bytes: number) => kinesis('PutRecord', { StreamName, PartitionKey: 'key', Data: base64(bytes - 3) });
      await put(limits.kinesis.recordBytes);
      await refused(put(limits.kinesis.recordBytes + 1), 'ValidationException');
    },
    async callBytes() {
      const put = (more: number) =>
        kinesis('PutRecords', {
          StreamName,
          Records: Array.from({ length: 20 }, (_, index) => ({
            PartitionKey: 'k',
            Data: base64(limits.kinesis.callBytes / 20 - 1 + (index === 0 ? more : 0)),
          })),
        });
      await put(0);
      await refused(put(1), 'InvalidArgumentException');
    },
    async answerBytes() {
      const Records = Array.from({ length: 5 }, () => ({ PartitionKey: 'a', Data: base64(1024 * 1024 - 1) }));
      for (let call = 0; call < 3; call++) await kinesis('PutRecords', { StreamName, Records });
      const { ShardIterator } = await kinesis('GetShardIterator', {
        StreamName,
        ShardId,
        ShardIteratorType: 'TRIM_HORIZON',
      });
      const first = await kinesis('GetRecords', { ShardIterator });
      expect(first.Records).toHaveLength(10);
      expect((await kinesis('GetRecords', { ShardIterator: first.NextShardIterator })).Records).toHaveLength(5);
    },
    async answerRecords() {
      const record = { partitionKey: 'a', data: Buffer.from('x') };
      await aws.stream.put(StreamName, Array(limits.kinesis.answerRecords + 1).fill(record));
      const { ShardIterator } = await kinesis('GetShardIterator', {
        StreamName,
        ShardId,
        ShardIteratorType: 'TRIM_HORIZON',
      });
      const first = await kinesis('GetRecords', { ShardIterator });
      expect(first.Records).toHaveLength(limits.kinesis.answerRecords);
      expect((await kinesis('GetRecords', { ShardIterator: first.NextShardIterator })).Records).toHaveLength(1);
    },
    async iteratorMinutes() {
      const { ShardIterator } = await kinesis('GetShardIterator', { StreamName, ShardId, ShardIteratorType: 'LATEST' });
      clock.advance(limits.kinesis.iteratorMinutes * 60);
      await kinesis('GetRecords', { ShardIterator });
      clock.advance(1);
      await refused(kinesis('GetRecords', { ShardIterator }), 'ExpiredIteratorException');
    },
    async tokenMinutes() {
      await aws.stream.create('other', 1);
      const { NextToken } = await kinesis('ListStreams', { Limit: 1 });
      clock.advance(limits.kinesis.tokenMinutes * 60);
      expect(await kinesis('ListStreams', { NextToken })).toMatchObject({ HasMoreStreams: false });
      clock.advance(1);
      await refused(kinesis('ListStreams', { NextToken }), 'ExpiredNextTokenException');
    },
    async describedShards() {
      await aws.stream.create('wide', limits.kinesis.describedShards + 1);
      for (const more of [{}, { Limit: 10_000 }]) {
        const { StreamDescription } = await kinesis('DescribeStream', { StreamName: 'wide', ...more });
        expect(StreamDescription.Shards).toHaveLength(limits.kinesis.describedShards);
        expect(StreamDescription.HasMoreShards).toBe(true);
      }
    },
    async listedShards() {
      await aws.stream.create('wide', limits.kinesis.listedShards + 1);
      for (const more of [{}, { MaxResults: 10_000 }]) {
        const first = await kinesis('ListShards', { StreamName: 'wide', ...more });
        expect(first.Shards).toHaveLength(limits.kinesis.listedShards);
        expect((await kinesis('ListShards', { NextToken: first.NextToken })).Shards).toHaveLength(1);
      }
    },
    async listedStreams() {
      for (let made = 0; made < limits.kinesis.listedStreams; made++) await aws.stream.create(`stream-${made}`, 1);
      const first = await kinesis('ListStreams');
      expect(first).toMatchObject({ HasMoreStreams: true });
      expect(first.StreamNames).toHaveLength(limits.kinesis.listedStreams);
      expect((await kinesis('ListStreams', { NextToken: first.NextToken })).StreamNames).toHaveLength(1);
    },
  },
  sqs: {
    async messageBytes() {
      const QueueUrl = await create('jobs');
      const attribute = { color: { DataType: 'String', StringValue: 'red' } };
      const send = (bytes: number) =>
        sqs('SendMessage', { QueueUrl, MessageBody: 'x'.repeat(bytes - 14), MessageAttributes: attribute });
      await send(limits.sqs.messageBytes);
      await refused(send(limits.sqs.messageBytes + 1), 'InvalidParameterValue');
      const batch = (bytes: number) =>
        sqs('SendMessageBatch', {
          QueueUrl,
          Entries: [100, bytes - 100].map((size) => ({ Id: String(size), MessageBody: 'x'.repeat(size) })),
        });
      await batch(limits.sqs.messageBytes);
      await refused(batch(limits.sqs.messageBytes + 1), 'BatchRequestTooLong');
    },
    async inFlightSeconds() {
      const QueueUrl = await create('jobs', { VisibilityTimeout: '100' });
      await sqs('SendMessage', { QueueUrl, MessageBody: 'm' });
      const { Messages } = await sqs('ReceiveMessage', { QueueUrl });
      clock.advance(10);
      const change = (VisibilityTimeout: number) =>
        sqs('ChangeMessageVisibility', { QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle, VisibilityTimeout });
      await change(limits.sqs.inFlightSeconds - 10);
      await refused(change(limits.sqs.inFlightSeconds - 9), 'InvalidParameterValue');
    },
    async maxReceiveCount() {
      await create('dead');
      await create('jobs', deadLetters(limits.sqs.maxReceiveCount));
      for (const count of [0, limits.sqs.maxReceiveCount + 1]) {
        await refused(create('more', deadLetters(count)), 'InvalidParameterValue');
      }
    },
    async deletedSeconds() {
      await sqs('DeleteQueue', { QueueUrl: await create('jobs') });
      clock.advance(limits.sqs.deletedSeconds - 1);
      await refused(create('jobs'), 'QueueDeletedRecently');
      clock.advance(1);
      await create('jobs');
    },
    async purgedSeconds() {
      const QueueUrl = await create('jobs');
      await sqs('PurgeQueue', { QueueUrl });
      clock.advance(limits.sqs.purgedSeconds - 1);
      await refused(sqs('PurgeQueue', { QueueUrl }), 'PurgeQueueInProgress');
      clock.advance(1);
      await sqs('PurgeQueue', { QueueUrl });
    },
    async listedQueues() {
      for (let made = 0; made < limits.sqs.listedQueues; made++) {
        await aws.queue.create(`many-${made}`, { visibilityTimeout: 30 });
      }
      const answer = await sqs('ListQueues');
      expect(answer.QueueUrls).toHaveLength(limits.sqs.listedQueues);
      expect(answer).not.toHaveProperty('NextToken');
      const { NextToken } = await sqs('ListQueues', { MaxResults: limits.sqs.listedQueues });
      const rest = await sqs('ListQueues', { MaxResults: limits.sqs.listedQueues, NextToken });
      expect(rest.QueueUrls.length).toBeGreaterThan(0);
    },
    async listedTasks() {
      await create('dead');
      await create('jobs', deadLetters(1));
      const SourceArn = queueArnOf('dead');
      const tasks = async () => (await sqs('ListMessageMoveTasks', { SourceArn, MaxResults: 10 })).Results;
      for (let started = 0; started <= limits.sqs.listedTasks; started++) {
        await sqs('StartMessageMoveTask', { SourceArn });
        await vi.waitFor(async () => expect((await tasks())[0].Status).toBe('COMPLETED'), { timeout: 30_000 });
      }
      expect(await tasks()).toHaveLength(limits.sqs.listedTasks);
    },
    async runningTasksPerSource() {
      const dead = await create('dead');
      await create('jobs', deadLetters(1));
      for (let sent = 0; sent < 3; sent++) await sqs('SendMessage', { QueueUrl: dead, MessageBody: 'm' });
      const task = {
        SourceArn: queueArnOf('dead'),
        DestinationArn: queueArnOf('jobs'),
        MaxNumberOfMessagesPerSecond: 1,
      };
      const running = await sqs('StartMessageMoveTask', task);
      await refused(sqs('StartMessageMoveTask', task), 'InvalidParameterValue');
      await sqs('CancelMessageMoveTask', running);
      await sqs('StartMessageMoveTask', task);
    },
  },
};

describe.each(Object.entries(checks))('the limits of %s', (_service, of) => {
  it.each(Object.entries(of))('%s', (_limit, check) => check());
});
