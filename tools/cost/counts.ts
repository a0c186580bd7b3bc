import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StarlingError } from '#shared/errors.ts';

/** How a client calls: waits for the answer, takes the task at once (and gets it once later), or follows a stream. */
export type Kind = 'blocking' | 'immediate' | 'streaming';

/** Whether the projector gets the events of a task each alone, or those that were put together together. */
export type Delivery = 'quiet' | 'busy';

/** Which function makes the requests. */
export type Actor = 'gateway' | 'agent' | 'projector' | 'chunks' | 'sweeper';

/** What AWS meters, whatever request it came with. A `newest read` is strongly consistent, at twice the price of a `read`. */
export type Api = 'write' | 'index write' | 'read' | 'newest read' | 'event' | 'record' | 'blob' | 'secret';

/** Metered things of one kind that one call makes. */
export interface Row {
  readonly actor: Actor;
  readonly api: Api;
  /** What is written or read: a kind of item, a detail-type. */
  readonly what: string;
  readonly count: number;
  /** As AWS meters them: write and read units, 64 KB of an event, KB of a record. */
  readonly units: number;
}

/** Requests over the network that one call makes: each is waited for. */
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
  /** Invocations of each function. */
  readonly runs: Readonly<Record<Exclude<Actor, 'sweeper'>, number>>;
  readonly rows: readonly Row[];
  readonly requests: readonly Request[];
  /** Messages that rules sent to queues, by the function behind the queue. */
  readonly messages: Readonly<Record<'agent' | 'projector', number>>;
  readonly bytes: {
    /** Of all events, as EventBridge counts them. */
    readonly events: number;
    /** Of the items that stay until their TTL, with DynamoDB's 100 bytes each. */
    readonly stored: number;
    /** Of the lines that functions write, without what CloudWatch adds. */
    readonly logs: number;
    readonly logLines: number;
  };
}

/** Milliseconds between the polls of a tail; the last goes on. */
export interface PollDelays {
  /** Of a task that was made just now. */
  readonly fresh: readonly number[];
  /** After there were new entries. */
  readonly after: readonly number[];
}

export interface Counts {
  /** ISO date. */
  readonly countedAt: string;
  /** On what. */
  readonly on: string;
  readonly polls: PollDelays;
  /** Of the sweeper's look at a task. */
  readonly sweep: readonly Row[];
  /** Of a GetTask of a task that has ended. */
  readonly getTask: Pick<CallCount, 'rows' | 'requests'>;
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
 * The count of a call. Work of 20 s makes the same requests as work of 2 s but for a stream's, which is counted by itself.
 *
 * @throws CountMissingError
 */
export function countOf({ calls }: Counts, kind: Kind, seconds: number, delivery: Delivery): CallCount {
  const counted = kind === 'streaming' ? seconds : Math.min(seconds, 2);
  const found = calls.find((call) => call.kind === kind && call.seconds === counted && call.delivery === delivery);
  if (found === undefined) throw new CountMissingError(`${delivery} ${kind} call of ${counted} s`);
  return found;
}
