import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { S3BlobStore } from '#adapters/aws/blob-store.ts';
import { ClaimCheck } from '#adapters/aws/claim-check/claim-check.ts';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { eventBridgeClient } from '#adapters/aws/clients/eventbridge.ts';
import { kinesisClient } from '#adapters/aws/clients/kinesis.ts';
import { s3Client } from '#adapters/aws/clients/s3.ts';
import { sqsClient } from '#adapters/aws/clients/sqs.ts';
import { AwsEventBus } from '#adapters/aws/event-bus/event-bus.ts';
import { AwsQueue } from '#adapters/aws/queue/queue.ts';
import { AwsStreamWriter } from '#adapters/aws/stream/writer.ts';
import type { TaskRequestedV1 } from '#shared/generated/types.ts';
import { briefly, delivered, requested } from '#test/unit/shared/agent/turns.ts';
import {
  artifactStreamName,
  busName,
  deadLetterQueueName,
  fifoDeadLetterQueueName,
  fifoQueueName,
  queueName,
} from '#wiring/names.ts';
import { pipedEvent } from '#wiring/piped-event.ts';
import { createBucket } from './support/buckets.ts';
import { createBus, RememberingBus } from './support/bus.ts';
import { clientOptions, randomStage } from './support/endpoint.ts';
import { RememberingQueue } from './support/queues.ts';
import { createStream } from './support/streams.ts';
import { createTables } from './support/tables.ts';
import { WorkerProcess, type WorkerProcessOptions } from './support/worker-process.ts';

const stage = randomStage();
const blobs = `starling-${stage}-blobs`;
const sqs = sqsClient(clientOptions);
const events = eventBridgeClient(clientOptions);
const kinesis = kinesisClient(clientOptions);
const s3 = s3Client(clientOptions);
const documents = dynamoDbDocumentClient(clientOptions);
const queue = new RememberingQueue(new AwsQueue({ client: sqs }), sqs);
const claims = new ClaimCheck({ blobs: new S3BlobStore(s3, blobs), bucket: blobs });
const bus = new RememberingBus(new AwsEventBus({ client: events, bus: busName(stage), claims }));
const records = new AwsStreamWriter({ client: kinesis, claims });
const watched = queueName(stage, 'watch');
const removals: (() => Promise<void>)[] = [];

beforeAll(async () => {
  for (const made of [
    await createBus(events, busName(stage)),
    await createBucket(s3, blobs, clientOptions.region),
    await createStream(kinesis, artifactStreamName(stage), 2),
    await createTables(documents, stage, ['positions', 'idempotency']),
  ]) {
    removals.push(made.remove);
  }
  await queue.create(watched, { visibilityTimeout: 30 });
  await bus.putRule({ name: watched, pattern: { source: [{ prefix: 'starling.agents.' }] }, queue: watched });
  for (const name of ['echo', 'flaky', 'menace', 'patient', 'talker']) {
    const deadLetterQueue = deadLetterQueueName(stage, name);
    await queue.create(deadLetterQueue, { visibilityTimeout: 30 });
    await queue.create(queueName(stage, name), { visibilityTimeout: 180, maxReceiveCount: 3, deadLetterQueue });
  }
});
afterAll(async () => {
  await bus.deleteRules();
  await queue.deleteQueues();
  for (const remove of removals) await remove();
  for (const client of [sqs, events, kinesis, s3, documents]) client.destroy();
});

const running: WorkerProcess[] = [];
afterEach(async () => {
  for (const worker of running.splice(0)) worker.signal('SIGKILL');
});

function start(name: string, more: Partial<WorkerProcessOptions> = {}): WorkerProcess {
  const worker = new WorkerProcess(name, { stage, blobs, ...more });
  running.push(worker);
  return worker;
}

/** What a function of the mesh is told, besides what an agent is. */
const meshEnv = {
  STARLING_ISSUER: 'https://issuer.example',
  STARLING_PUBLIC_URL: 'https://mesh.example',
  STARLING_TOKEN_URL: 'https://mesh.example/token',
};

/** Sends the agent a request, as its rule would. */
async function request(agentId: string, text: string): Promise<TaskRequestedV1> {
  const parts: TaskRequestedV1['message']['parts'] = [{ text }];
  const data = requested({ agentId, message: { messageId: randomUUID(), role: 'ROLE_USER', parts } });
  await queue.send(queueName(stage, agentId), [{ body: JSON.stringify(delivered('TaskRequested.v1', data)) }]);
  return data;
}

/** What the agent told the bus of the task, up to the end of its attempt. */
async function told({ taskId }: TaskRequestedV1, last = /completed|failed/): Promise<string[]> {
  const lines: [sequence: number, line: string][] = [];
  while (!lines.some(([, line]) => last.test(line))) {
    for (const { body, receiptHandle } of await queue.receive(watched, { max: 10, wait: 20 })) {
      const { detail } = JSON.parse(body);
      if (detail.data.taskId === taskId && detail.type !== 'TaskAttemptFailed.v1')
        lines.push([detail.data.sequence, briefly(detail)]);
      await queue.delete(watched, [receiptHandle]);
    }
  }
  return lines.sort(([a], [b]) => a - b).map(([, line]) => line);
}

async function isTaken(name: string): Promise<void> {
  while ((await queue.depth(queueName(stage, name))).inFlight === 0) await sleep(100);
}

async function isEmpty(name: string): Promise<boolean> {
  const { visible, inFlight, delayed } = await queue.depth(queueName(stage, name));
  return visible + inFlight + delayed === 0;
}

describe('npx starling worker, with a FIFO queue on SQS', () => {
  it('takes each message group in order, and what failed before what is behind it', async () => {
    const name = fifoQueueName(stage, 'orderer');
    const deadLetterQueue = fifoDeadLetterQueueName(stage, 'orderer');
    const fifo = { contentBasedDeduplication: true };
    await queue.create(deadLetterQueue, { visibilityTimeout: 30, fifo });
    await queue.create(name, { visibilityTimeout: 60, maxReceiveCount: 3, deadLetterQueue, fifo });
    await queue.send(
      name,
      ['a1', 'a2!', 'b1', 'a3'].map((body) => ({ body, groupId: body.charAt(0) })),
    );
    // As the pipe before the queue has it.
    await queue.send(name, [{ body: pipedEvent.replace('<$.body>', '7'), groupId: 'c' }]);
    const worker = start('orderer', { env: meshEnv });
    await worker.printed(/took 7 of c at 1/);
    await worker.printed(/took a3/);
    await worker.printed(/took b1 of b at 1/);
    const taken = [...worker.output.matchAll(/took (a\S+) of a at (\d)/g)].map(([, body, at]) => `${body} ${at}`);
    expect(taken).toEqual(['a1 1', 'a2! 1', 'a2! 2', 'a3 1']);
    expect(await worker.stop()).toBe(0);
    expect(await queue.depth(name)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });
});

describe('npx starling worker, with its queue on SQS', () => {
  it('answers the tasks of an agent, deletes what is done, and ends with SIGTERM', async () => {
    const task = await request('echo', 'hello');
    const worker = start('echo');
    expect((await told(task)).at(-1)).toMatch(/completed/);
    expect(await worker.health()).toBe(200);
    expect(await worker.stop()).toBe(0);
    expect(await isEmpty('echo')).toBe(true);
  });

  it('has an event that was too large for the bus whole', async () => {
    const text = 'large '.repeat(60_000);
    const data = requested({
      agentId: 'echo',
      message: { messageId: randomUUID(), role: 'ROLE_USER', parts: [{ text }] },
    });
    const event = delivered('TaskRequested.v1', data);
    const detail = JSON.parse(await claims.checkIn('starling.tasks', JSON.stringify(event.detail), 200_000));
    await queue.send(queueName(stage, 'echo'), [{ body: JSON.stringify({ ...event, detail }) }]);
    const worker = start('echo');
    expect((await told(data)).at(-1)).toMatch(/completed/);
    worker.signal('SIGKILL');
  });

  it('tries again what failed', async () => {
    const task = await request('flaky', 'try');
    start('flaky');
    const lines = await told(task);
    expect(lines.join('\n')).toMatch(/done at attempt 2/);
    while (!(await isEmpty('flaky'))) await sleep(100);
  });

  it('lets what runs end after SIGTERM, and says so', async () => {
    const task = await request('talker', 'word '.repeat(100));
    const worker = start('talker');
    await isTaken('talker');
    worker.signal('SIGTERM');
    await worker.printed(/is stopping/);
    expect(await worker.health()).toBe(503);
    expect((await told(task)).at(-1)).toMatch(/completed/);
    expect(await worker.exited).toBe(0);
    expect(await isEmpty('talker')).toBe(true);
  });

  it('ends itself when an agent does not yield, so that its platform starts another one', async () => {
    const { taskId } = await request('menace', 'spin');
    const worker = start('menace');
    await worker.exited;
    const line = worker.output.split('\n').find((each) => each.includes('the watchdog ends this process')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ functionName: 'menace', taskId, attempt: 1 });
  });

  it('gives back at once what does not end in time', async () => {
    await request('patient', 'wait');
    const worker = start('patient', { words: ['--drain', '6'] });
    await isTaken('patient');
    expect(await worker.stop()).toBe(0);
    const [message] = await queue.receive(queueName(stage, 'patient'), { max: 1, wait: 1 });
    expect(message?.receiveCount).toBe(2);
  });

  it.each([
    ['a queue', 'echo', { stage: `${stage}x` }, /There is no queue starling-\w+x-echo.*npm run deploy/],
    [
      'a bucket, nor a stack that tells it',
      'echo',
      { env: { STARLING_BLOBS: '' } },
      /There is no stack starling-\w+ .*npm run deploy/,
    ],
    ['a region', 'echo', { env: { AWS_REGION: '' } }, /AWS_REGION is not set/],
    ['a function', 'nobody', {}, /has no function "nobody".*echo, flaky, patient, talker, menace, orderer, printer/],
    ['a good option', 'echo', { words: ['--concurrency', '0'] }, /--concurrency is "0"/],
  ])('does not start without %s', async (_what, name, more, message) => {
    const worker = start(name, more);
    expect(await worker.exited).toBe(1);
    expect(worker.output).toMatch(message);
  });
});

describe('npx starling worker, with its stream on Kinesis', () => {
  const put = (...texts: string[]) =>
    records.put(
      artifactStreamName(stage),
      texts.map((text) => ({ partitionKey: 'key', data: Buffer.from(text) })),
    );

  it('reads in order, in one worker, and goes on where that one ended', async () => {
    await put('one', 'two');
    const first = start('printer', { env: meshEnv });
    await first.printed(/read one\nread two/);
    const second = start('printer', { env: meshEnv });
    await second.printed(/takes messages/);
    await put('three');
    await first.printed(/read three/);
    expect(await first.stop()).toBe(0);
    await put('four');
    await second.printed(/read four/);
    expect(second.output).not.toMatch(/read (one|two|three)/);
  });
});
