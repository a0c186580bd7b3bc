import { messageOf, StarlingError } from '#shared/errors.ts';
import { isGroupPath, LONGEST_GROUP_PATH } from '#shared/events/message-group.ts';
import { isAgentId } from '#shared/ids.ts';
import { isObject } from '#shared/objects.ts';
import { compilePattern } from '#shared/patterns/index.ts';
import {
  agentPattern,
  type EventPattern,
  type FifoOptions,
  type QueueOptions,
  type Subscription,
} from './subscription.ts';

/** A `subscription` that cannot be wired. `key` is the wrong option, if there is one. The caller adds the file and the line. */
export class InvalidSubscriptionError extends StarlingError {
  readonly key: string | undefined;

  constructor(message: string, key?: string, options?: { cause?: unknown }) {
    super('INVALID_SUBSCRIPTION', message, options);
    this.key = key;
  }
}

interface Range {
  readonly min: number;
  readonly max: number;
}

const ranges = {
  // Above 10, SQS requires a batching window. Its delay costs more than larger batches gain.
  batchSize: { min: 1, max: 10 },
  maxReceiveCount: { min: 1, max: 1000 },
  visibilityTimeout: { min: 1, max: 43_200 },
  // Lambda's ScalingConfig.MaximumConcurrency: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
  concurrency: { min: 2, max: 1000 },
  deadline: { min: 1, max: 86_400 },
} as const satisfies Record<string, Range>;

const options = ['agent', 'pattern', ...Object.keys(ranges), 'fifo', 'inline'];

const DEFAULT_CONCURRENCY = 10;

/**
 * AWS's rule. Lambda retries a throttled invocation for a while, and the message must stay hidden for that time:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const visibilityPerTimeout = 6;

/**
 * Checks the value of a `subscription` event and adds the defaults.
 *
 * @param raw the value from the file with its variables resolved
 * @param timeout the function's timeout in seconds
 * @throws InvalidSubscriptionError
 * @example parseSubscription({ agent: 'calculator', deadline: 60 }, 10)
 */
export function parseSubscription(raw: unknown, timeout: number): Subscription {
  if (!isObject(raw)) {
    throw new InvalidSubscriptionError('A subscription is { agent: <id> } or { pattern: <event pattern> }.');
  }
  const unknownOption = Object.keys(raw).find((key) => !options.includes(key));
  if (unknownOption !== undefined) {
    throw new InvalidSubscriptionError(
      `A subscription has no option '${unknownOption}'. It takes ${options.join(', ')}.`,
      unknownOption,
    );
  }
  const { agent, pattern } = raw;
  if (agent !== undefined && pattern !== undefined) {
    throw new InvalidSubscriptionError('A subscription names an agent or a pattern, not both. Remove one.', 'pattern');
  }
  if (agent !== undefined) return agentSubscription(agent, raw, timeout);
  if (pattern !== undefined) return patternSubscription(pattern, raw, timeout);
  throw new InvalidSubscriptionError(
    'A subscription needs an agent or a pattern: { agent: <id> } or { pattern: <event pattern> }.',
  );
}

function agentSubscription(agent: unknown, raw: Record<string, unknown>, timeout: number): Subscription {
  if (typeof agent !== 'string' || !isAgentId(agent)) {
    throw new InvalidSubscriptionError(
      `${JSON.stringify(agent)} is not an agent id. Use at most 64 lower-case letters, digits and hyphens. Begin with a letter.`,
      'agent',
    );
  }
  if (parseFifo(raw.fifo) !== undefined) {
    throw new InvalidSubscriptionError(
      `An agent's queue cannot be FIFO: a cancel request would wait behind the request that it cancels. Remove 'fifo'. The turns of a task come in order without it.`,
      'fifo',
    );
  }
  if (boolean(raw, 'inline')) {
    throw new InvalidSubscriptionError(
      `'inline' is for the function that folds events into tasks. An agent receives its requests through its queue. Remove 'inline'.`,
      'inline',
    );
  }
  const deadline = integer(raw, 'deadline') ?? 300;
  if (timeout > deadline) {
    throw new InvalidSubscriptionError(
      `The function's timeout of ${timeout} s is longer than the task deadline of ${deadline} s: a long run would answer a task that has already failed. Lower the timeout or raise 'deadline'.`,
      'deadline',
    );
  }
  const options = queueOptions('agent', raw, timeout, 1);
  return { kind: 'agent', agentId: agent, deadline, pattern: agentPattern(agent), fifo: undefined, ...options };
}

function patternSubscription(pattern: unknown, raw: Record<string, unknown>, timeout: number): Subscription {
  if (raw.deadline !== undefined) {
    throw new InvalidSubscriptionError(
      `'deadline' is the deadline of an agent's tasks. A pattern has no tasks: remove 'deadline'.`,
      'deadline',
    );
  }
  const fifo = parseFifo(raw.fifo);
  const inline = boolean(raw, 'inline');
  if (inline && fifo !== undefined) {
    throw new InvalidSubscriptionError(
      `'inline' and 'fifo' exclude each other: an inline event that fails goes to the queue, and later events overtake it. Remove one of the two options.`,
      'inline',
    );
  }
  // FIFO: one message per batch. In a larger batch, the messages behind a failed message also use up an attempt.
  const options = queueOptions('pattern', raw, timeout, fifo === undefined ? 10 : 1);
  return { kind: 'pattern', pattern: checkedPattern(pattern), inline, fifo, ...options };
}

/**
 * Reads a subscription's `fifo`: `true` for one message group, or `{ groupBy: detail.data.orderId }`.
 *
 * @throws InvalidSubscriptionError
 */
function parseFifo(raw: unknown): FifoOptions | undefined {
  if (raw === undefined || raw === false) return undefined;
  if (raw === true) return { groupBy: undefined };
  const entries = isObject(raw) ? Object.entries(raw) : [];
  const [[key, groupBy] = [], ...others] = entries;
  if (key !== 'groupBy' || others.length > 0) {
    throw new InvalidSubscriptionError(
      `'fifo' must be true (orders all events) or { groupBy: <path> } (orders the events of one group), not ${JSON.stringify(raw)}.`,
      'fifo',
    );
  }
  if (typeof groupBy !== 'string' || !isGroupPath(groupBy)) {
    throw new InvalidSubscriptionError(
      `'groupBy' must be a path into the event, such as detail.data.orderId, not ${JSON.stringify(groupBy)}. Use names of letters, digits, _ and - with dots between them, at most ${LONGEST_GROUP_PATH} characters.`,
      'fifo',
    );
  }
  return { groupBy };
}

function checkedPattern(pattern: unknown): EventPattern {
  if (!isObject(pattern)) {
    throw new InvalidSubscriptionError(
      `A pattern is an EventBridge event pattern, such as { detail-type: [TaskStatusChanged.v1] }.`,
      'pattern',
    );
  }
  try {
    compilePattern(pattern);
  } catch (error) {
    throw new InvalidSubscriptionError(`The pattern is not valid: ${messageOf(error)}`, 'pattern', { cause: error });
  }
  return pattern;
}

/** @param kind an agent has a maximum on Lambda without saying so: its callers must not take the concurrency of other agents. */
function queueOptions(
  kind: Subscription['kind'],
  raw: Record<string, unknown>,
  timeout: number,
  defaultBatchSize: number,
): Omit<QueueOptions, 'fifo'> {
  const least = visibilityPerTimeout * timeout;
  const concurrency = integer(raw, 'concurrency');
  const visibilityTimeout = integer(raw, 'visibilityTimeout') ?? least;
  if (visibilityTimeout < least) {
    throw new InvalidSubscriptionError(
      `A visibility timeout of ${visibilityTimeout} s is less than six function timeouts (6 × ${timeout} s = ${least} s): another invocation could receive a message while the function still works on it. Raise 'visibilityTimeout' or lower the function's timeout.`,
      'visibilityTimeout',
    );
  }
  return {
    batchSize: integer(raw, 'batchSize') ?? defaultBatchSize,
    maxReceiveCount: integer(raw, 'maxReceiveCount') ?? 3,
    visibilityTimeout,
    concurrency: concurrency ?? DEFAULT_CONCURRENCY,
    maximumConcurrency: concurrency ?? (kind === 'agent' ? DEFAULT_CONCURRENCY : undefined),
  };
}

function boolean(raw: Record<string, unknown>, key: 'inline'): boolean {
  const value = raw[key] ?? false;
  if (typeof value !== 'boolean') {
    throw new InvalidSubscriptionError(`'${key}' must be true or false, not ${JSON.stringify(value)}.`, key);
  }
  return value;
}

function integer(raw: Record<string, unknown>, key: keyof typeof ranges): number | undefined {
  const value = raw[key];
  if (value === undefined) return undefined;
  const { min, max } = ranges[key];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw new InvalidSubscriptionError(
      `'${key}' must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}.`,
      key,
    );
  }
  return value;
}
