import { afterEach, beforeEach, expect, it } from 'vitest';
import { batches } from '#test/fixtures/worker/reader.ts';
import type { StreamConsumer } from '#wiring/types.ts';
import { openWorkers, type TestWorkers, workerFunction } from './support.ts';

const consumer: StreamConsumer = {
  stream: 'starling-test-artifacts',
  startingPosition: 'TRIM_HORIZON',
  batchSize: 10,
  batchWindow: 0,
  bisect: false,
  maximumRetryAttempts: 1,
  reportsItemFailures: false,
};
const reader = workerFunction('reader', { subscriptions: [], streams: [consumer] });
let workers: TestWorkers;

beforeEach(async () => {
  batches.length = 0;
  workers = await openWorkers();
  await workers.stream.create(consumer.stream, 2);
});
afterEach(() => workers.close());

const put = (...texts: string[]) =>
  workers.stream.put(
    consumer.stream,
    texts.map((text) => ({ partitionKey: 'key', data: Buffer.from(text) })),
  );

async function readAll(count: number): Promise<string[]> {
  while (batches.flat().length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  return batches.flat();
}

it('a worker with a stream reads every shard in order, and another goes on where it ended', async () => {
  await put('one', 'two');
  const first = await workers.start(reader);
  expect(await readAll(2)).toEqual(['one', 'two']);
  await put('three');
  expect(await readAll(3)).toEqual(['one', 'two', 'three']);
  await first.stop();
  await put('four');
  await workers.start(reader);
  expect(await readAll(4)).toEqual(['one', 'two', 'three', 'four']);
});

it('two workers do not read a stream at the same time', async () => {
  await Promise.all([workers.start(reader), workers.start(reader), workers.start(reader)]);
  await put(...'abcdefgh');
  await readAll(8);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(batches.flat().join('')).toBe('abcdefgh');
});
