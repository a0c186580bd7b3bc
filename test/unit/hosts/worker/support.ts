import path from 'node:path';
import { ownPoll } from '#hosts/sources/queue-source.ts';
import type { WorkerSettings } from '#hosts/worker/settings.ts';
import { startWorker, type Worker, type WorkerStart } from '#hosts/worker/worker.ts';
import type { WorkerFunction } from '#hosts/worker/worker-function.ts';
import type { WorkerRuntime } from '#hosts/worker/worker-runtime.ts';
import { RecordingRuntime } from '#test/support/agent-runtime.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { MemoryLeases } from '#test/support/memory-leases.ts';
import { openSqlite } from '#test/support/sqlite.ts';
import { deadLetterQueueName, queueName } from '#wiring/names.ts';
import { parseSubscription } from '#wiring/parse-subscription.ts';

export const folder = path.resolve(import.meta.dirname, '../../../fixtures/worker');
export const stage = 'test';

export function workerFunction(name: string, more: Partial<WorkerFunction> = {}): WorkerFunction {
  return {
    name,
    handler: { file: path.join(folder, `${name}.ts`), exportName: 'handler', at: 'serverless.yml:1' },
    timeout: 30,
    memorySize: 512,
    subscriptions: [parseSubscription({ pattern: { source: ['test'] }, batchSize: 1 }, 30)],
    streams: [],
    ...more,
  };
}

/** A worker on the SQLite adapters, beside a queue of its function that the test fills and looks into. */
export async function openWorkers() {
  const clock = new TestClock();
  const sqlite = await openSqlite(clock);
  const inner = new RecordingRuntime();
  const { queue, stream } = sqlite;
  const leases = new MemoryLeases(clock);
  const runtime: WorkerRuntime = {
    inner,
    queue,
    poll: ownPoll,
    stream,
    leases,
    host: (handler) => handler,
    region: 'us-east-1',
    flush: () => {},
  };
  const workers: Worker[] = [];
  let started = 0;
  return {
    clock,
    queue,
    stream,
    inner,
    runtime,
    async start(wired: WorkerFunction, settings: Partial<WorkerSettings> = {}, more: Partial<WorkerStart> = {}) {
      const worker = await startWorker({
        wired,
        stage,
        settings: { host: '127.0.0.1', port: 0, concurrency: undefined, timeout: undefined, drain: 5, ...settings },
        runtime,
        id: `worker-${++started}`,
        ...more,
      });
      workers.push(worker);
      return worker;
    },
    async createQueue(name: string, maxReceiveCount = 3) {
      const deadLetterQueue = deadLetterQueueName(stage, name);
      await queue.create(deadLetterQueue, { visibilityTimeout: 30 });
      await queue.create(queueName(stage, name), { visibilityTimeout: 180, maxReceiveCount, deadLetterQueue });
    },
    /** What another receiver would get now. */
    receive: (name: string) => queue.receive(queueName(stage, name), { max: 100, wait: 0 }),
    send: (name: string, ...bodies: string[]) =>
      queue.send(
        queueName(stage, name),
        bodies.map((body) => ({ body })),
      ),
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await sqlite.remove();
    },
  };
}

export type TestWorkers = Awaited<ReturnType<typeof openWorkers>>;
