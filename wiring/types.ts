import type { Subscription } from './subscription.ts';

/** The timeout that osls gives a function without one. */
export const DEFAULT_TIMEOUT_SECONDS = 6;
/** The memory that osls gives a function without one. */
export const DEFAULT_MEMORY_MB = 1024;

/** What `serverless.yml` says, resolved for one stage: plain data that the host wires up. */
export interface Wiring {
  /** The file that was read, as it was named. */
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
  /** `thread`: it runs in a worker that is terminated at the timeout. */
  readonly isolation: 'thread' | undefined;
  /** Without what only CloudFormation knows, such as `!Ref Table`. */
  readonly environment: Readonly<Record<string, string>>;
  /** One at most: its queue bears the function's name, see `queueName`. */
  readonly subscriptions: readonly Subscription[];
  readonly streams: readonly WiredStream[];
  readonly schedules: readonly Schedule[];
  /** Standalone also invokes the function at each task's deadline, not only by its schedule. */
  readonly wakeAtDeadlines: boolean;
  readonly routes: readonly Route[];
  /** `agents`: it is called at the start with the manifest of all agents. */
  readonly manifest: 'agents' | undefined;
}

/** An event source mapping of a Kinesis stream, with Lambda's meaning of each word. */
export interface StreamConsumer {
  /** The stream's name, such as `starling-local-artifacts`. */
  readonly stream: string;
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON';
  /** Records an invocation gets at most. */
  readonly batchSize: number;
  /** Seconds that records are collected before an invocation that is not full. */
  readonly batchWindow: number;
  /** A batch that failed is split in two and tried again. */
  readonly bisect: boolean;
  /** After that many retries a batch is skipped; undefined: it is retried until its records expire. */
  readonly maximumRetryAttempts: number | undefined;
  /** The handler answers which records failed (`batchItemFailures`). */
  readonly reportsItemFailures: boolean;
}

export interface WiredStream extends StreamConsumer {
  /** Hours for which the stream keeps its records. */
  readonly retentionHours: number;
}

/** An exported Lambda handler. It is not imported yet, so that a start loads only what it needs. */
export interface Handler {
  /** Absolute. */
  readonly file: string;
  readonly exportName: string;
  /** Where serverless.yml names it, as `file:line`. */
  readonly at: string;
}

export interface Schedule {
  /** Seconds between two invocations. */
  readonly rate: number;
}

/** A route of the HTTP edge. */
export interface Route {
  /** In capitals, or `ANY`. */
  readonly method: string;
  /** From the slash on, parameters as `{name}`. */
  readonly path: string;
  /** The function that authorizes its calls; undefined: nobody does before the handler. */
  readonly authorizer: string | undefined;
}
