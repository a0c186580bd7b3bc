import type { HandlerModule } from '#hosts/functions/function.ts';
import type { Subscription } from '#wiring/subscription.ts';
import type { StreamConsumer } from '#wiring/types.ts';
import { NotForWorkersError } from './errors.ts';

/** What serverless.yml says of a function, as far as a worker needs it. */
export interface WorkerFunction {
  readonly name: string;
  readonly handler: HandlerModule;
  /** Seconds that it may take on Lambda. */
  readonly timeout: number;
  readonly subscriptions: readonly Subscription[];
  readonly streams: readonly StreamConsumer[];
}

/**
 * The function of that name.
 *
 * @throws NotForWorkersError for one that is not there or that neither a queue nor a stream wakes.
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

/** Seconds: SQS hides a message for 12 h at most from its receive on, renewals included. */
export const LONGEST_ATTEMPT = 43_000;

/**
 * Seconds that an attempt may take where nothing else is said: an agent's until its task's deadline, another function's as
 * on Lambda.
 */
export function defaultTimeout({ subscriptions, timeout }: WorkerFunction): number {
  const [subscription] = subscriptions;
  return subscription?.kind === 'agent' ? Math.min(subscription.deadline, LONGEST_ATTEMPT) : timeout;
}
