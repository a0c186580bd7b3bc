import { InProcessFunction } from '#hosts/functions/in-process.ts';
import { QueueSource } from '#hosts/sources/queue-source.ts';
import type { Source } from '#hosts/sources/source.ts';
import { StreamSource } from '#hosts/sources/stream-source.ts';
import { releaseOnChange, VisibilityExtender } from '#hosts/sources/visibility-extender.ts';
import { ConfigurationError } from '#shared/errors.ts';
import { QueueNotFoundError } from '#shared/ports/errors.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import { queueNames } from '#wiring/names.ts';
import type { Subscription } from '#wiring/subscription.ts';
import type { StreamConsumer } from '#wiring/types.ts';
import { HealthEndpoint } from './health.ts';
import { LeasedSource } from './leased-source.ts';
import type { WorkerSettings } from './settings.ts';
import { defaultTimeout, type WorkerFunction } from './worker-function.ts';
import type { WorkerRuntime } from './worker-runtime.ts';

/** When a worker dies, another worker receives its messages after at most this time. */
const VISIBILITY_TIMEOUT_SECONDS = 60;
/** When a worker dies, another worker reads its stream after this time. */
const LEASE_MS = 30_000;

export interface WorkerStart {
  readonly wired: WorkerFunction;
  readonly stage: string;
  readonly settings: WorkerSettings;
  readonly runtime: WorkerRuntime;
  /** The id of this process among the workers of the function. */
  readonly id: string;
}

/** A worker that receives messages. */
export interface Worker {
  /** The port of the health endpoint. */
  readonly port: number;
  readonly concurrency: number;
  /**
   * Stops receiving, and resolves when the running invocations have ended. Messages of invocations that outlast the drain
   * time are released: another worker receives them at once.
   */
  stop(): Promise<void>;
}

/**
 * Runs the handler of a function on this machine. It receives from the function's queue or reads its stream, as Lambda does.
 *
 * @throws ConfigurationError that says what to change.
 */
export async function startWorker({ wired, stage, settings, runtime, id }: WorkerStart): Promise<Worker> {
  const { queue, inner } = runtime;
  const [subscription] = wired.subscriptions;
  const { queue: name } = queueNames(stage, wired.name, { fifo: subscription?.fifo });
  const visibility = new VisibilityExtender({
    queue,
    name,
    visibilityTimeoutSeconds: VISIBILITY_TIMEOUT_SECONDS,
    log: inner.log,
  });
  provideRuntime({ ...inner, queue: releaseOnChange(queue, visibility) });
  const target = new InProcessFunction({
    ...wired,
    timeout: settings.timeout ?? defaultTimeout(wired),
    region: runtime.region,
    wrap: runtime.host,
  });
  await target.load();
  const concurrency = settings.concurrency ?? subscription?.concurrency ?? 1;
  const sources = wired.streams.map((consumer) => streamSource(runtime, target, consumer, id));
  if (subscription) {
    await checkQueue(runtime, name, stage);
    sources.push(queueSource(runtime, target, { ...subscription, name, visibility, concurrency }));
  }
  const health = new HealthEndpoint();
  const port = await health.listen(settings.host, settings.port);
  for (const source of sources) source.start();
  return {
    port,
    concurrency,
    async stop() {
      health.drain();
      await atMost(settings.drain * 1000, Promise.all(sources.map((source) => source.stop())));
      if (visibility.count > 0)
        inner.log.warn('messages that were not done are given back', { messages: visibility.count });
      await visibility.releaseAll();
      runtime.flush();
      await health.close();
    },
  };
}

interface QueueOptions extends Pick<Subscription, 'batchSize' | 'maxReceiveCount' | 'fifo'> {
  readonly name: string;
  readonly visibility: VisibilityExtender;
  readonly concurrency: number;
}

function queueSource(
  { queue, poll, region, inner }: WorkerRuntime,
  target: InProcessFunction,
  { name, visibility, concurrency, batchSize, maxReceiveCount, fifo }: QueueOptions,
): Source {
  const { log, metrics } = inner;
  // The ARN has no account: no handler needs it, and the worker does not know it.
  const arn = `arn:aws:sqs:${region}::${name}`;
  return new QueueSource({
    queue,
    name,
    poll,
    arn,
    target,
    batchSize,
    concurrency,
    maxReceiveCount,
    fifo: fifo !== undefined,
    visibility,
    log,
    metrics,
  });
}

/** One worker reads all shards of a stream: two workers in turn would lose the order of the records. */
function streamSource(
  { stream, leases, region, inner }: WorkerRuntime,
  target: InProcessFunction,
  consumer: StreamConsumer,
  owner: string,
): Source {
  const { log, metrics } = inner;
  const arn = `arn:aws:kinesis:${region}::stream/${consumer.stream}`;
  const open = () => new StreamSource({ stream, consumer, arn, target, log, metrics });
  return new LeasedSource({
    leases,
    name: `${target.name}#${consumer.stream}`,
    owner,
    durationMs: LEASE_MS,
    log,
    open,
  });
}

async function checkQueue({ queue }: WorkerRuntime, name: string, stage: string): Promise<void> {
  try {
    await queue.depth(name);
  } catch (cause) {
    if (!(cause instanceof QueueNotFoundError)) throw cause;
    throw new ConfigurationError(
      `There is no queue ${name} in this account and region. Deploy the stage first (npm run deploy -- --stage ${stage}), or give the right --stage and --region.`,
      { cause },
    );
  }
}

async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
