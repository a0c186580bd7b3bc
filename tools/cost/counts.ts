import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StarlingError } from '#shared/errors.ts';

/**
 * The ways of a call: the client waits for the answer, takes the task at once and reads it once later, or follows a
 * stream.
 */
export type Kind = 'blocking' | 'immediate' | 'streaming';

/** Whether the projector gets each event alone, or together with the events of the same put. */
export type Delivery = 'quiet' | 'busy';

/** The function that makes the requests. */
export type Actor = 'gateway' | 'agent' | 'projector' | 'chunks' | 'sweeper';

/**
 * The units that AWS meters, by whatever request. A `newest read` is strongly consistent, at twice the price of a
 * `read`.
 */
export type Api = 'write' | 'index write' | 'read' | 'newest read' | 'event' | 'record' | 'blob' | 'secret';

/** Metered units of one kind that one call uses. */
export interface Row {
  readonly actor: Actor;
  readonly api: Api;
  /** The kind of item or the detail-type. */
  readonly what: string;
  readonly count: number;
  /** The metered units: write and read units, 64 KB of an event, KB of a record. */
  readonly units: number;
}

/** Requests over the network that one call makes. The function waits for each. */
export interface Request {
  readonly actor: Actor;
  /** `dynamodb.PutItem`. */
  readonly operation: string;
  readonly count: number;
}

/** All that one call does, from the client's request to its task's end. */
export interface CallCount {
  readonly kind: Kind;
  /** Of the agent's work. */
  readonly seconds: number;
  readonly delivery: Delivery;
  /** Kinesis pushes each chunk to its function (`streamFanOut: on`). */
  readonly fanOut?: true;
  /** Invocations of each function. */
  readonly runs: Readonly<Record<Exclude<Actor, 'sweeper'>, number>>;
  readonly rows: readonly Row[];
  readonly requests: readonly Request[];
  /** Messages that rules sent to queues, by the function behind the queue. */
  readonly messages: Readonly<Record<'agent' | 'projector', number>>;
  readonly bytes: {
    /** The bytes of all events, as EventBridge counts them. */
    readonly events: number;
    /** The bytes of the items that stay until their TTL, with the 100 bytes that DynamoDB adds to each. */
    readonly stored: number;
    /** The bytes of the lines that functions write, without the bytes that CloudWatch adds. */
    readonly logs: number;
    readonly logLines: number;
  };
}

/** The milliseconds between the polls of a tail. The last value repeats. */
export interface PollDelays {
  /** For a new task. */
  readonly fresh: readonly number[];
  /** After a poll with new entries. */
  readonly after: readonly number[];
}

export interface Counts {
  /** ISO date. */
  readonly countedAt: string;
  /** On what. */
  readonly on: string;
  readonly polls: PollDelays;
  /** The reads of the sweeper for one task. */
  readonly sweep: readonly Row[];
  /** The requests of a GetTask for a task that has ended. */
  readonly getTask: Pick<CallCount, 'rows' | 'requests'> & {
    readonly bytes: Pick<CallCount['bytes'], 'logs' | 'logLines'>;
  };
  readonly calls: readonly CallCount[];
}

export class CountMissingError extends StarlingError {
  constructor(what: string) {
    super(
      'COUNT_MISSING',
      `tools/cost/counts.json has no ${what}. Count again: see docs/cost.md, "How it was counted".`,
    );
  }
}

export function readCounts(): Counts {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'counts.json'), 'utf8'));
}

/**
 * The count of a call. Work of 20 s makes the same requests as work of 2 s. Only a stream makes more, so it has a count
 * of its own.
 *
 * @throws CountMissingError
 */
export function countOf(
  { calls }: Counts,
  { kind, seconds, delivery, fanOut }: Pick<CallCount, 'kind' | 'seconds' | 'delivery' | 'fanOut'>,
): CallCount {
  const counted = kind === 'streaming' ? seconds : Math.min(seconds, 2);
  const found = calls.find(
    (call) => call.kind === kind && call.seconds === counted && call.delivery === delivery && call.fanOut === fanOut,
  );
  if (found === undefined) {
    throw new CountMissingError(`${delivery} ${kind} call of ${counted} s${fanOut ? ' with fan-out' : ''}`);
  }
  return found;
}
