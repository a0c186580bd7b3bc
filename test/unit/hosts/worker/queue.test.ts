import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { begun, invocations } from '#test/fixtures/worker/recorder.ts';
import { queueName } from '#wiring/names.ts';
import { parseSubscription } from '#wiring/parse-subscription.ts';
import { briefly, delivered, requested } from '../../shared/agent/turns.ts';
import { openWorkers, stage, type TestWorkers, workerFunction } from './support.ts';

let workers: TestWorkers;

beforeEach(async () => {
  invocations.length = 0;
  workers = await openWorkers();
  await workers.createQueue('recorder');
});
afterEach(async () => {
  for (const invocation of invocations) invocation.end();
  await workers.close();
});

const queue = queueName(stage, 'recorder');
const inBatches = (batchSize: number, more: object = {}) =>
  workerFunction('recorder', {
    subscriptions: [parseSubscription({ pattern: { source: ['test'] }, batchSize, ...more }, 30)],
  });
const depth = () => workers.queue.depth(queue);
const empty = { visible: 0, inFlight: 0, delayed: 0 };

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
const isEmpty = async () => Object.values(await depth()).every((count) => count === 0);

describe('a worker with a queue', () => {
  it('runs an agent as Lambda does', async () => {
    await workers.createQueue('echo');
    const agent = parseSubscription({ agent: 'echo' }, 30);
    await workers.start(workerFunction('echo', { subscriptions: [agent] }));
    await workers.send('echo', JSON.stringify(delivered('TaskRequested.v1', requested())));
    await until(
      async () =>
        (await workers.queue.depth(queueName(stage, 'echo'))).inFlight === 0 && workers.inner.published.length === 1,
    );
    expect(workers.inner.published.map(briefly)).toEqual(['1 completed [artifact-1-1 "hello"]']);
  });

  it('hands over batches of the size that stands in serverless.yml, as SQS events', async () => {
    await workers.send('recorder', 'one', 'two', 'three');
    await workers.start(inBatches(2));
    const [first, second] = await begun(2);
    expect(first?.event.Records.map(({ body }) => body)).toEqual(['one', 'two']);
    expect(second?.event.Records.map(({ body }) => body)).toEqual(['three']);
    expect(first?.event.Records[0]).toMatchObject({
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:us-east-1::${queue}`,
      awsRegion: 'us-east-1',
      attributes: { ApproximateReceiveCount: '1' },
    });
    expect(first?.context).toMatchObject({
      functionName: 'recorder',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:recorder',
      memoryLimitInMB: '512',
    });
  });

  it('deletes what was done, and leaves what was not', async () => {
    await workers.send('recorder', 'good', 'bad');
    await workers.start(inBatches(2));
    const [invocation] = await begun(1);
    const bad = invocation?.event.Records.find(({ body }) => body === 'bad');
    invocation?.end({ batchItemFailures: [{ itemIdentifier: bad?.messageId ?? '' }] });
    await until(async () => (await depth()).inFlight === 1);
    // After its visibility timeout.
    workers.clock.advance(61);
    await workers.send('recorder', 'next');
    await until(() => invocations.flatMap(({ event }) => event.Records).length === 4);
    const again = invocations
      .flatMap(({ event }) => event.Records)
      .find(({ messageId, attributes }) => messageId === bad?.messageId && attributes.ApproximateReceiveCount === '2');
    expect(again?.body).toBe('bad');
  });

  it('leaves a whole batch whose handler throws, and goes on', async () => {
    await workers.send('recorder', 'poison');
    await workers.start(inBatches(1));
    (await begun(1))[0]?.fail(new Error('poison'));
    await workers.send('recorder', 'fine');
    (await begun(2))[1]?.end();
    await until(async () => (await depth()).inFlight === 1);
    expect(invocations.map(({ event }) => event.Records[0]?.body)).toEqual(['poison', 'fine']);
  });

  it('runs as many invocations at a time as it may', async () => {
    await workers.send('recorder', ...'abcdef');
    await workers.start(inBatches(1), { concurrency: 2 });
    await begun(2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(invocations).toHaveLength(2);
    invocations[0]?.end();
    await begun(3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(invocations).toHaveLength(3);
    expect((await depth()).visible).toBe(3);
  });

  it('takes its limit from serverless.yml when it is given none', async () => {
    const worker = await workers.start(inBatches(1, { concurrency: 7 }));
    expect(worker.concurrency).toBe(7);
  });

  it('tells the handler the time of an attempt, not of a Lambda', async () => {
    await workers.createQueue('echo');
    await workers.send('recorder', 'one');
    await workers.start(inBatches(1), { timeout: 7_200 });
    const [invocation] = await begun(1);
    const remaining = invocation?.context.getRemainingTimeInMillis();
    expect(remaining).toBeGreaterThan(7_000_000);
    expect(Number.isInteger(remaining)).toBe(true);
  });
});

describe('a worker that stops', () => {
  const health = async (port: number) => (await fetch(`http://127.0.0.1:${port}/health`)).status;

  it('says that it drains, takes nothing more, and lets what runs end', async () => {
    await workers.send('recorder', 'one');
    const worker = await workers.start(inBatches(1));
    const [invocation] = await begun(1);
    expect(await health(worker.port)).toBe(200);
    const stopped = worker.stop();
    expect(await health(worker.port)).toBe(503);
    await workers.send('recorder', 'two');
    invocation?.end();
    await stopped;
    expect(await depth()).toEqual({ ...empty, visible: 1 });
    expect(workers.inner.lines.filter(({ level }) => level === 'warn')).toEqual([]);
    expect(invocations).toHaveLength(1);
    await expect(health(worker.port)).rejects.toThrow();
  });

  it('gives back at once what does not end in time', async () => {
    await workers.send('recorder', 'endless');
    const worker = await workers.start(inBatches(1), { drain: 0 });
    await begun(1);
    await worker.stop();
    const [message] = await workers.receive('recorder');
    expect(message).toMatchObject({ body: 'endless', receiveCount: 2 });
    expect(workers.inner.lines).toContainEqual({
      level: 'warn',
      message: 'messages that were not done are given back',
      fields: { messages: 1 },
    });
  });

  it('has nothing but health to show', async () => {
    const worker = await workers.start(inBatches(1));
    expect((await fetch(`http://127.0.0.1:${worker.port}/metrics`)).status).toBe(404);
  });
});

describe('a worker that cannot start says what to do', () => {
  it('without its queue', async () => {
    await expect(workers.start(workerFunction('echo'))).rejects.toThrow(
      /no queue starling-test-echo.*npm run deploy -- --stage test/,
    );
  });

  it('without its handler', async () => {
    await expect(workers.start(workerFunction('missing'))).rejects.toThrow(/serverless.yml:1: .*missing/);
  });

  it('where its port is taken', async () => {
    const { port } = await workers.start(inBatches(1));
    await expect(workers.start(inBatches(1), { port })).rejects.toThrow(/--port/);
  });
});

it('is empty at the end of a good day', async () => {
  await workers.send('recorder', 'one', 'two');
  await workers.start(inBatches(1));
  for (const invocation of await begun(2)) invocation.end();
  await until(isEmpty);
});
