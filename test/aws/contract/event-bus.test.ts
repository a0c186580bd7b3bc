import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { S3BlobStore } from '#adapters/aws/blob-store.ts';
import { ClaimCheck } from '#adapters/aws/claim-check/claim-check.ts';
import { eventBridgeClient } from '#adapters/aws/clients/eventbridge.ts';
import { s3Client } from '#adapters/aws/clients/s3.ts';
import { sqsClient } from '#adapters/aws/clients/sqs.ts';
import { AwsEventBus } from '#adapters/aws/event-bus/event-bus.ts';
import { AwsQueue } from '#adapters/aws/queue/queue.ts';
import { eventBusContract } from '#test/contract/event-bus.ts';
import { fifoBusContract } from '#test/contract/event-bus-fifo.ts';
import { busName } from '#wiring/names.ts';
import { createBucket } from '../support/buckets.ts';
import { createBus, RememberingBus } from '../support/bus.ts';
import { clientOptions, endpoint, randomStage } from '../support/endpoint.ts';
import { RememberingQueue } from '../support/queues.ts';

const client = eventBridgeClient(clientOptions);
const sqs = sqsClient(clientOptions);
const s3 = s3Client(clientOptions);
const stage = randomStage();
const bucket = `starling-${stage}-blobs`;
const claims = new ClaimCheck({ blobs: new S3BlobStore(s3, bucket), bucket });
const made: { remove(): Promise<void> }[] = [];

beforeAll(async () => {
  made.push(await createBus(client, busName(stage)), await createBucket(s3, bucket, clientOptions.region));
});
afterAll(() => Promise.all(made.map((each) => each.remove())));

function open() {
  const queue = new RememberingQueue(new AwsQueue({ client: sqs }), sqs);
  const bus = new RememberingBus(new AwsEventBus({ client, bus: busName(stage), claims }));
  return {
    bus,
    queue,
    // "When you add or update a rule, allow a short period of time for changes to take effect."
    settle: async () => void (endpoint === undefined && (await setTimeout(20_000))),
    async close() {
      await bus.deleteRules();
      await queue.deleteQueues();
    },
  };
}

eventBusContract('aws', async () => {
  return {
    ...open(),
    lacks: {
      archive: 'EventBridge replays its archive and does not read it; the one in CloudWatch Logs has tests of its own',
      exactText: 'EventBridge promises the value of the JSON, not its text',
      ...(endpoint !== undefined && { entryTime: 'the emulator gives every event the time of its put' }),
    },
    whole: (body) => claims.redeemEvent(body),
  };
});

fifoBusContract('aws', async () => {
  return { ...open(), lacksGroupBy: 'a rule of EventBridge has one group for all: in a stack a pipe reads it' };
});

it('says where message groups by a field are to be had', async () => {
  const { bus, close } = open();
  const fifo = { groupBy: 'detail.order', undelivered: 'other' };
  const refused = { code: 'CONFIGURATION', message: expect.stringContaining('serverless.yml') };
  await expect(bus.putRule({ name: 'grouped', pattern: {}, queue: 'inbox.fifo', fifo })).rejects.toMatchObject(refused);
  await close();
});

it('tells whether its bus is there', async () => {
  await new AwsEventBus({ client, bus: busName(stage), claims }).check();
  const missing = new AwsEventBus({ client, bus: busName('missing'), claims });
  await expect(missing.check()).rejects.toMatchObject({
    code: 'AWS_NOT_FOUND',
    message: expect.stringContaining('the bus starling-missing'),
  });
});
