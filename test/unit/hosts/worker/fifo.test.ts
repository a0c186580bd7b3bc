import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { begun, invocations } from '#test/fixtures/worker/recorder.ts';
import { fifoQueueName } from '#wiring/names.ts';
import { parseSubscription } from '#wiring/parse-subscription.ts';
import { openWorkers, stage, type TestWorkers, workerFunction } from './support.ts';

let workers: TestWorkers;
const queue = fifoQueueName(stage, 'recorder');
const dead = 'dead.fifo';
const kind = { fifo: { contentBasedDeduplication: false } };

beforeEach(async () => {
  invocations.length = 0;
  workers = await openWorkers();
  await workers.queue.create(dead, { visibilityTimeout: 30, ...kind });
  await workers.queue.create(queue, { visibilityTimeout: 180, maxReceiveCount: 3, deadLetterQueue: dead, ...kind });
});
afterEach(async () => {
  for (const invocation of invocations) invocation.end();
  await workers.close();
});

const start = (batchSize: number, settings: { drain?: number } = {}) =>
  workers.start(
    workerFunction('recorder', {
      subscriptions: [parseSubscription({ pattern: { source: ['test'] }, fifo: { groupBy: 'id' }, batchSize }, 30)],
    }),
    settings,
  );
/** Bodies like `a1` go to the group that their letter names. */
const send = (...bodies: string[]) =>
  workers.queue.send(
    queue,
    bodies.map((body) => ({ body, groupId: body.charAt(0), deduplicationId: body })),
  );
const bodiesOf = () => invocations.map(({ event }) => event.Records.map(({ body }) => body));
const failing = (at: number, ...bodies: string[]) => ({
  batchItemFailures: (invocations[at]?.event.Records ?? [])
    .filter(({ body }) => bodies.includes(body))
    .map(({ messageId }) => ({ itemIdentifier: messageId })),
});
const idle = () => new Promise((resolve) => setTimeout(resolve, 50));
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a worker with a FIFO queue', () => {
  it('hands over the message group, the deduplication id and the sequence number', async () => {
    await send('a1');
    await start(1);
    const [invocation] = await begun(1);
    expect(invocation?.event.Records[0]).toMatchObject({
      eventSourceARN: `arn:aws:sqs:us-east-1::${queue}`,
      attributes: {
        MessageGroupId: 'a',
        MessageDeduplicationId: 'a1',
        SequenceNumber: expect.stringMatching(/^\d{20}$/),
      },
    });
  });

  it('runs groups side by side, and never two messages of one', async () => {
    await send('a1', 'a2', 'b1', 'a3', 'b2', 'c1');
    await start(1);
    await begun(3);
    await idle();
    expect(bodiesOf()).toEqual([['a1'], ['b1'], ['c1']]);
    invocations[0]?.end();
    await begun(4);
    await idle();
    expect(bodiesOf().slice(3)).toEqual([['a2']]);
  });

  it('has all of a group that is received at once in one invocation', async () => {
    await send('a1', 'a2', 'a3', 'b1', 'a4');
    await start(3);
    await begun(2);
    await idle();
    expect(bodiesOf()).toEqual([['a1', 'a2', 'a3'], ['b1']]);
    invocations[0]?.end();
    await begun(3);
    expect(bodiesOf()[2]).toEqual(['a4']);
  });

  it('gives a message that failed again before those behind it', async () => {
    await send('a1', 'a2', 'a3');
    await start(3);
    await begun(1);
    // The handler says nothing of a3, which it must not have done before a2.
    invocations[0]?.end(failing(0, 'a2'));
    await until(async () => (await workers.queue.depth(queue)).inFlight === 2);
    // After the visibility timeout.
    workers.clock.advance(61);
    await send('b1');
    await begun(2);
    const again = () =>
      bodiesOf()
        .slice(1)
        .flat()
        .filter((body) => body.startsWith('a'));
    await until(async () => again().length === 2);
    expect(again()).toEqual(['a2', 'a3']);
  });

  it('gives back what does not end in time, in order', async () => {
    await send('a1', 'a2', 'a3');
    const worker = await start(2, { drain: 0 });
    await begun(1);
    await worker.stop();
    const messages = await workers.queue.receive(queue, { max: 10, wait: 0 });
    expect(messages.map(({ body, receiveCount }) => [body, receiveCount])).toEqual([
      ['a1', 2],
      ['a2', 2],
      ['a3', 1],
    ]);
  });

  it('says what to do where the queue is not there', async () => {
    const subscriptions = [parseSubscription({ pattern: { source: ['test'] }, fifo: true }, 30)];
    await expect(workers.start(workerFunction('echo', { subscriptions }))).rejects.toThrow(
      /no queue starling-test-echo\.fifo.*npm run deploy -- --stage test/,
    );
  });
});
