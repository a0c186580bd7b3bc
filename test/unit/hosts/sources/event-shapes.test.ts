import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SqliteQueue } from '#adapters/sqlite/queue.ts';
import { SqliteStream } from '#adapters/sqlite/stream.ts';
import type { LocalFunction } from '#hosts/functions/function.ts';
import { ownPoll, QueueSource } from '#hosts/sources/queue-source.ts';
import { ScheduleSource } from '#hosts/sources/schedule-source.ts';
import type { Source } from '#hosts/sources/source.ts';
import { StreamSource } from '#hosts/sources/stream-source.ts';
import type { OutgoingMessage } from '#shared/ports/queue.ts';
import { openDatabase } from '#test/support/fixtures.ts';

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const metrics = { count: vi.fn(), observe: vi.fn() };
const now = Date.UTC(2026, 11, 1, 4, 5, 21, 300);
const clock = { now: () => now };
const uuid = expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/);

let opened: ReturnType<typeof openDatabase>;
let source: Source;
beforeEach(() => {
  opened = openDatabase();
});
afterEach(async () => {
  await source.stop();
  await opened.close();
});

/** The first event that the source gives its function. */
async function firstEvent(open: (target: LocalFunction) => Source): Promise<unknown> {
  const invoke = vi.fn(async (_event: unknown) => ({ batchItemFailures: [] }));
  source = open({ name: 'worker', invoke, stop: async () => {} });
  source.start();
  await vi.waitFor(() => expect(invoke).toHaveBeenCalled(), 30_000);
  return invoke.mock.lastCall?.[0];
}

describe('the event of a queue', () => {
  const queueEvent = async (name: string, message: OutgoingMessage, kind = {}) => {
    const queue = new SqliteQueue(opened.database, clock);
    await queue.create(name, { visibilityTimeout: 30, ...kind });
    await queue.send(name, [message]);
    return firstEvent(
      (target) =>
        new QueueSource({
          ...{ queue, name, target, poll: ownPoll, log, metrics },
          arn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
          batchSize: 10,
          concurrency: 1,
          maxReceiveCount: 3,
          fifo: name.endsWith('.fifo'),
        }),
    );
  };
  const times = {
    ApproximateReceiveCount: '1',
    SentTimestamp: String(now),
    SenderId: '000000000000',
    ApproximateFirstReceiveTimestamp: String(now),
  };
  const lists = { stringListValues: [], binaryListValues: [] };

  it('has every member that AWS documents', async () => {
    const event = await queueEvent('work', {
      body: '{"né":1}',
      attributes: { text: 'a', count: '7', bytes: 'AQI=' },
      attributeTypes: { count: 'Number', bytes: 'Binary' },
    });
    expect(event).toEqual({
      Records: [
        {
          messageId: uuid,
          receiptHandle: expect.stringMatching(/./),
          body: '{"né":1}',
          attributes: times,
          messageAttributes: {
            text: { ...lists, stringValue: 'a', dataType: 'String' },
            count: { ...lists, stringValue: '7', dataType: 'Number' },
            bytes: { ...lists, binaryValue: 'AQI=', dataType: 'Binary' },
          },
          md5OfBody: hash('md5', '{"né":1}'),
          md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
          eventSource: 'aws:sqs',
          eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:work',
          awsRegion: 'us-east-1',
        },
      ],
    });
    // A thread gets a structured clone, a log gets JSON.
    for (const copy of [structuredClone(event), JSON.parse(JSON.stringify(event))]) expect(copy).toEqual(event);
  });

  it('has the coordinates of a FIFO queue, which are attributes', async () => {
    const message = { body: 'x', groupId: 'orders', deduplicationId: 'order-1' };
    const event = await queueEvent('work.fifo', message, { fifo: { contentBasedDeduplication: false } });
    expect(event).toMatchObject({
      Records: [
        {
          attributes: {
            ...times,
            SequenceNumber: expect.stringMatching(/^\d{20}$/),
            MessageGroupId: 'orders',
            MessageDeduplicationId: 'order-1',
          },
          eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:work.fifo',
        },
      ],
    });
  });
});

it('the event of a stream has every member that AWS documents', async () => {
  const stream = new SqliteStream(opened.database, clock);
  await stream.create('some', 1);
  const [{ sequenceNumber = '' } = {}] = (await stream.put('some', [
    { partitionKey: 'key', data: Buffer.from([0, 255]) },
  ])) as readonly { readonly sequenceNumber?: string }[];
  const consumer = {
    stream: 'some',
    startingPosition: 'TRIM_HORIZON',
    batchSize: 1,
    batchWindow: 0,
    bisect: false,
    maximumRetryAttempts: 0,
    reportsItemFailures: true,
  } as const;
  const arn = 'arn:aws:kinesis:us-east-1:000000000000:stream/some';
  const event = await firstEvent((target) => new StreamSource({ stream, consumer, arn, target, log, metrics }));
  expect(sequenceNumber).toMatch(/^\d+$/);
  expect(event).toEqual({
    Records: [
      {
        awsRegion: 'us-east-1',
        eventID: `shardId-000000000000:${sequenceNumber}`,
        eventName: 'aws:kinesis:record',
        eventSource: 'aws:kinesis',
        eventSourceARN: arn,
        eventVersion: '1.0',
        invokeIdentityArn: 'arn:aws:iam::000000000000:role/worker',
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: 'key',
          sequenceNumber,
          data: 'AP8=',
          // Seconds.
          approximateArrivalTimestamp: now / 1000,
        },
      },
    ],
  });
});

it('the event of a schedule has every member that AWS documents', async () => {
  const ruleArn = 'arn:aws:events:us-east-1:000000000000:rule/starling-local-sweeper';
  const event = await firstEvent((target) => new ScheduleSource({ target, rate: 0.01, ruleArn, clock, log }));
  expect(event).toEqual({
    version: '0',
    id: uuid,
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: '2026-12-01T04:05:21Z',
    region: 'us-east-1',
    resources: [ruleArn],
    detail: {},
  });
});
