import { arn } from '#hosts/aws-api/identity.ts';
import type { LocalFunction } from '#hosts/functions/function.ts';
import { endLostAttempt } from '#hosts/functions/lost-attempt.ts';
import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { ownPoll, QueueSource, type QueueSourceOptions } from '#hosts/sources/queue-source.ts';
import { ScheduleSource, type ScheduleSourceOptions } from '#hosts/sources/schedule-source.ts';
import type { Source } from '#hosts/sources/source.ts';
import { StreamSource } from '#hosts/sources/stream-source.ts';
import type { RuleGroup } from '#shared/ports/control-plane.ts';
import { queueNames, ruleName, undeliveredQueueName } from '#wiring/names.ts';
import { COMMON_GROUP, type FifoOptions, fifoSettings, type Subscription } from '#wiring/subscription.ts';
import type { StreamConsumer, WiredFunction, Wiring } from '#wiring/types.ts';

import type { Recovery } from './recovery.ts';

/** Shards of every stream. With several shards, the chunks of a slow task delay few other tasks. */
const SHARDS = 4;
/** The pause between two tries while the store has no room. */
const NO_ROOM_PAUSE_MS = 1_000;
/** Only a redrive receives from dead-letter queues and from queues of undelivered events. */
const DEAD_LETTER_VISIBILITY_SECONDS = 30;
/** A deployment to AWS uses the same retention for queues and dead-letter queues. */
const RETENTION_SECONDS = 4 * 86_400;
const DEAD_LETTER_RETENTION_SECONDS = 14 * 86_400;
/** The clients of an agent take turns. Events of the mesh itself, such as the cancel of an overdue task, take turns too. */
const PRINCIPAL_PATH = 'detail.data.principal.id';

export interface Sources {
  readonly runtime: StandaloneRuntime;
  readonly wiring: Wiring;
  readonly functions: ReadonlyMap<string, LocalFunction>;
  /** The work after a crash. Undefined: there was no crash. */
  readonly recovery: Recovery | undefined;
  /** Called after every queue and rule exists and before the first invocation. */
  readonly made: () => Promise<void>;
}

/** Creates the rules, queues and streams of serverless.yml, and starts the sources that wake its functions. */
export async function startSources({ runtime, wiring, functions, recovery, made }: Sources): Promise<Source[]> {
  const sources: Source[] = [];
  await runtime.stream.create(runtime.settings.artifactStream, SHARDS);
  for (const wired of wiring.functions) {
    const target = functions.get(wired.name);
    if (target === undefined) continue;
    for (const subscription of wired.subscriptions)
      sources.push(await queueSource(runtime, wiring, { wired, subscription, target, recovery }));
    for (const consumer of wired.streams) sources.push(await streamSource(runtime, consumer, target));
    for (const { rate } of wired.schedules) {
      const ruleArn = arn('events', `rule/${ruleName(wiring.stage, wired.name)}`);
      const options = { target, rate, ruleArn, clock: runtime.clock, log: runtime.log };
      sources.push(wired.wakeAtDeadlines ? deadlineSource(runtime, options) : new ScheduleSource(options));
    }
  }
  await made();
  await recovery?.endAttempt();
  for (const source of sources) source.start();
  return sources;
}

/** The minimum time between two invocations: a deadline that cannot be settled must not invoke the function in a tight loop. */
const DEADLINE_PAUSE_MS = 500;

/** Invokes the function at each task's deadline. After an invocation it waits for the next deadline. */
function deadlineSource({ tasks, clock }: StandaloneRuntime, options: ScheduleSourceOptions): Source {
  let notBefore = 0;
  const watch = () => tasks.watchDeadlines((at) => source.invokeAt(Math.max(at, notBefore), clock.now()));
  const source = new ScheduleSource({
    ...options,
    after() {
      notBefore = clock.now() + DEADLINE_PAUSE_MS;
      watch();
    },
  });
  watch();
  return source;
}

interface Subscribed {
  readonly wired: WiredFunction;
  readonly subscription: Subscription;
  readonly target: LocalFunction;
  readonly recovery: Recovery | undefined;
}

async function queueSource(
  runtime: StandaloneRuntime,
  { stage }: Wiring,
  { wired, subscription, target, recovery }: Subscribed,
): Promise<Source> {
  const { queue, bus, log, metrics } = runtime;
  const { maxReceiveCount, visibilityTimeout, pattern, fifo } = subscription;
  const { queue: name, deadLetterQueue } = queueNames(stage, wired.name, { fifo });
  const kind = fifo && { fifo: fifoSettings(fifo) };
  const deadKind = fifo && { fifo: { contentBasedDeduplication: false } };
  const deadLetters = { visibilityTimeout: DEAD_LETTER_VISIBILITY_SECONDS, retention: DEAD_LETTER_RETENTION_SECONDS };
  await queue.create(deadLetterQueue, { ...deadLetters, ...deadKind });
  await queue.create(name, {
    visibilityTimeout,
    retention: RETENTION_SECONDS,
    maxReceiveCount,
    deadLetterQueue,
    ...kind,
  });
  await recovery?.excuse(wired, name);
  await queue.releaseInFlight(name);
  const undelivered = undeliveredQueueName(stage, wired.name);
  if (fifo) await queue.create(undelivered, deadLetters);
  const group = fifo && { fifo: groupOf(fifo, undelivered) };
  const tenants = subscription.kind === 'agent' && { tenantBy: PRINCIPAL_PATH };
  await bus.putRule({ name: ruleName(stage, wired.name), pattern, queue: name, ...group, ...tenants });
  return new QueueSource({
    queue,
    name,
    poll: ownPoll,
    arn: arn('sqs', name),
    target,
    ...invocations(wired, subscription),
    maxReceiveCount,
    fifo: fifo !== undefined,
    store: {
      refused: runtime.refusedWrites,
      pauseMs: NO_ROOM_PAUSE_MS,
      excuse: (receiptHandles, delaySeconds) => queue.excuse(name, receiptHandles, delaySeconds),
      noteExcused: runtime.noteExcused,
    },
    ...(subscription.kind === 'agent' && {
      onLost: (record, error) => endLostAttempt(runtime, { functionName: wired.name, record, error }),
    }),
    log,
    metrics,
  });
}

/** A request that ends its thread must not end the other requests of a batch. So each has a thread, as many as before. */
function invocations(
  { isolation }: WiredFunction,
  { kind, batchSize, concurrency }: Subscription,
): Pick<QueueSourceOptions, 'batchSize' | 'concurrency'> {
  return kind === 'agent' && isolation === 'thread'
    ? { batchSize: 1, concurrency: concurrency * batchSize }
    : { batchSize, concurrency };
}

function groupOf({ groupBy }: FifoOptions, undelivered: string): RuleGroup {
  return groupBy === undefined ? { group: COMMON_GROUP } : { groupBy, undelivered };
}

async function streamSource(
  runtime: StandaloneRuntime,
  consumer: StreamConsumer,
  target: LocalFunction,
): Promise<Source> {
  const { stream, log, metrics } = runtime;
  await stream.create(consumer.stream, SHARDS);
  return new StreamSource({ stream, consumer, arn: arn('kinesis', `stream/${consumer.stream}`), target, log, metrics });
}
