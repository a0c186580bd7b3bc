import type { Subscription } from './subscription.ts';

/** The timeout that osls gives a function without one. */
export const DEFAULT_TIMEOUT_SECONDS = 6;
/** The memory that osls gives a function without one. */
export const DEFAULT_MEMORY_MB = 1024;

/** The content of `serverless.yml`, resolved for one stage. It is plain data, and a host wires it up. */
export interface Wiring {
  /** The name of the file, as the caller gave it. */
  readonly file: string;
  readonly stage: string;
  readonly functions: readonly WiredFunction[];
}

export interface WiredFunction {
  readonly name: string;
  readonly handler: Handler;
  /** Seconds. */
  readonly timeout: number;
  /** MB. */
  readonly memorySize: number;
  /** `thread`: the function runs in a thread that the host terminates at the timeout. */
  readonly isolation: 'thread' | undefined;
  /** Without values that only CloudFormation knows, such as `!Ref Table`. */
  readonly environment: Readonly<Record<string, string>>;
  /** At most one, because its queue has the function's name; see `queueName`. */
  readonly subscriptions: readonly Subscription[];
  readonly streams: readonly WiredStream[];
  readonly schedules: readonly Schedule[];
  /** Standalone also invokes the function at each task's deadline, not only by its schedule. */
  readonly wakeAtDeadlines: boolean;
  readonly routes: readonly Route[];
  /** `agents`: the host calls the function at start with the manifest of all agents. */
  readonly manifest: 'agents' | undefined;
}

/** An event source mapping of a Kinesis stream. Each option means the same as on Lambda. */
export interface StreamConsumer {
  /** The stream's name, such as `starling-local-artifacts`. */
  readonly stream: string;
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON';
  /** The maximum number of records per invocation. */
  readonly batchSize: number;
  /** Seconds to wait for more records while a batch is not full. */
  readonly batchWindow: number;
  /** Splits a failed batch in two and retries both halves. */
  readonly bisect: boolean;
  /** A batch is skipped after this number of retries; undefined: it is retried until its records expire. */
  readonly maximumRetryAttempts: number | undefined;
  /** The handler's answer lists the failed records (`batchItemFailures`). */
  readonly reportsItemFailures: boolean;
}

export interface WiredStream extends StreamConsumer {
  /** Hours for which the stream keeps its records. */
  readonly retentionHours: number;
}

/** An exported Lambda handler. A host imports it only when it needs it, so that a start is fast. */
export interface Handler {
  /** Absolute. */
  readonly file: string;
  readonly exportName: string;
  /** The line of serverless.yml that names it, as `file:line`. */
  readonly at: string;
}

export interface Schedule {
  /** Seconds between two invocations. */
  readonly rate: number;
}

/** A route of the HTTP edge. */
export interface Route {
  /** In upper case, such as `GET`, or `ANY`. */
  readonly method: string;
  /** Begins with a slash. Parameters are written `{name}`. */
  readonly path: string;
  /** The function that authorizes calls of this route; undefined: every call reaches the handler. */
  readonly authorizer: string | undefined;
}
