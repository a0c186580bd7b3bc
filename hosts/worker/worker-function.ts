import type { HandlerModule } from '#hosts/functions/function.ts';
import type { Subscription } from '#wiring/subscription.ts';
import type { StreamConsumer } from '#wiring/types.ts';
import { NotForWorkersError } from './errors.ts';

/** The parts of a function of serverless.yml that a worker needs. */
export interface WorkerFunction {
  readonly name: string;
  readonly handler: HandlerModule;
  /** The function's timeout on Lambda, in seconds. */
  readonly timeout: number;
  /** The function's memory on Lambda, in MB. */
  readonly memorySize: number;
  readonly subscriptions: readonly Subscription[];
  readonly streams: readonly StreamConsumer[];
}

/**
 * Finds a function by its name.
 *
 * @throws NotForWorkersError when the function does not exist, or has neither a queue nor a stream.
 */
export function findFunction(functions: readonly WorkerFunction[], name: string, file: string): WorkerFunction {
  const names = functions.filter(isForWorkers).map((each) => each.name);
  const found = functions.find((each) => each.name === name);
  if (found === undefined) throw new NotForWorkersError(`${file} has no function "${name}".`, names);
  if (!isForWorkers(found)) throw new NotForWorkersError(`Nothing queues for the function "${name}".`, names);
  return found;
}

function isForWorkers({ subscriptions, streams }: WorkerFunction): boolean {
  return subscriptions.length + streams.length > 0;
}

/** Seconds. SQS hides a message for at most 12 h after its receive, extensions included. */
export const LONGEST_ATTEMPT = 43_000;

/**
 * The default timeout of an attempt, in seconds. For an agent it is the deadline of its tasks, for another function its
 * timeout on Lambda.
 */
export function defaultTimeout({ subscriptions, timeout }: WorkerFunction): number {
  const [subscription] = subscriptions;
  return subscription?.kind === 'agent' ? Math.min(subscription.deadline, LONGEST_ATTEMPT) : timeout;
}
