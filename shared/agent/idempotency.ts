import { messageOf, StarlingError } from '#shared/errors.ts';
import type { Idempotency } from '#shared/ports/idempotency.ts';
import { TaskFailed } from './errors.ts';

export interface OnceOptions {
  /**
   * What makes the effect the same, instead of the turn of the task: an order's id keeps two tasks from charging it
   * twice. Whoever brings the same key to the same agent gets the same result, so let the caller be part of a key that
   * callers choose.
   */
  readonly key?: string;
  /** How long the result is kept, in seconds: 14 days, as long as a dead-lettered message can be redriven. */
  readonly keepFor?: number;
}

/**
 * Does `work` once, however often the message is delivered: a later attempt gets the result of the first that succeeded.
 *
 * The result is stored as JSON (at most 256 KB of UTF-8) and given as JSON to all attempts: a Date comes back as text, undefined
 * members are left out. When `work` throws, nothing is kept and the next attempt does it again. When the process dies in
 * it, or before its result was stored, the next attempt does it again once the first one's function time has run out.
 *
 * @param name tells the effects of one turn apart; a loop needs a name for each round: `charge-${item.id}`
 * @throws OnceInProgressError while another attempt is at it; thrown on, it has the message delivered again
 * @throws TaskFailed when the work was done but its result cannot be stored
 *
 * @example const receipt = await task.once('charge', () => payments.charge(order));
 */
export type Once = <T>(name: string, work: () => T | Promise<T>, options?: OnceOptions) => Promise<T>;

/** Another attempt has begun the effect and not ended it. */
export class OnceInProgressError extends StarlingError {
  constructor(name: string, taskId: string, options?: { cause?: unknown }) {
    super(
      'ONCE_IN_PROGRESS',
      `"${name}" of task ${taskId} was begun by another attempt and has not ended: the next attempt looks again.`,
      options,
    );
  }
}

/** The same name twice in one attempt would give the second effect the result of the first. */
export class OnceNameError extends StarlingError {
  constructor(name: string) {
    super(
      'ONCE_NAME',
      `once("${name}") was called before in this attempt: give each effect a name or a key of its own.`,
    );
  }
}

export interface OnceSurroundings {
  readonly idempotency: Idempotency;
  readonly agentId: string;
  readonly taskId: string;
  readonly turn: number;
  readonly signal: AbortSignal;
  /** Milliseconds that are left of the function's time: after them this attempt is surely over. */
  readonly timeLeft: () => number;
}

const DAY = 86_400;
const KEPT_FOR = 14 * DAY;
/** In bytes of JSON, so that it fits an item of DynamoDB (400 KB) on the other runtime. */
const MAX_RESULT = 256 * 1024;

/**
 * What is stored. A result is text, as DynamoDB's numbers and levels of nesting are fewer than JSON's. One that is no JSON is
 * stored as that: the effect was had all the same.
 */
type Outcome = { readonly json?: string } | { readonly problem: string };

export function createOnce({ idempotency, agentId, taskId, turn, signal, timeLeft }: OnceSurroundings): Once {
  const used = new Set<string>();
  return async <T>(name: string, work: () => T | Promise<T>, options: OnceOptions = {}): Promise<T> => {
    const { key, keepFor = KEPT_FOR } = options;
    const identity = JSON.stringify(key === undefined ? { taskId, turn, name } : { key, name });
    if (used.has(identity)) throw new OnceNameError(name);
    used.add(identity);
    // Loaded by the first agent that uses it.
    const [{ makeIdempotent, IdempotencyConfig }, persistenceStore] = await Promise.all([
      import('@aws-lambda-powertools/idempotency'),
      idempotency.createLayer(),
    ]);
    const config = new IdempotencyConfig({ expiresAfterSeconds: keepFor, hashFunction: 'sha256' });
    // All that Powertools asks the context for.
    config.lambdaContext = { getRemainingTimeInMillis: () => Math.max(1, timeLeft()) } as NonNullable<
      typeof config.lambdaContext
    >;
    const act = async (_identity: string): Promise<Outcome> => {
      signal.throwIfAborted();
      return outcomeOf(await work());
    };
    const once = makeIdempotent(act, { persistenceStore, config, keyPrefix: agentId });
    signal.throwIfAborted();
    let outcome: Outcome;
    try {
      outcome = await once(identity);
    } catch (error) {
      // A handler may try again by itself.
      used.delete(identity);
      if (error instanceof Error && error.name === 'IdempotencyAlreadyInProgressError') {
        throw new OnceInProgressError(name, taskId, { cause: error });
      }
      throw error;
    }
    if ('problem' in outcome) throw new TaskFailed(`"${name}" was done, but its result ${outcome.problem}`);
    return (outcome.json === undefined ? undefined : JSON.parse(outcome.json)) as T;
  };
}

function outcomeOf(result: unknown): Outcome {
  let json: string | undefined;
  try {
    json = JSON.stringify(result);
  } catch (error) {
    return { problem: `is no JSON: ${messageOf(error)}` };
  }
  if (json === undefined) return result === undefined ? {} : { problem: `is no JSON: a ${typeof result}` };
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_RESULT) return { problem: `has ${bytes} bytes of JSON, and ${MAX_RESULT} can be stored.` };
  return { json };
}
