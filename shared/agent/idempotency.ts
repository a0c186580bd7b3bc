import { messageOf, StarlingError } from '#shared/errors.ts';
import { parseJson } from '#shared/exact-json.ts';
import type { Idempotency } from '#shared/ports/idempotency.ts';
import { TaskFailed } from './errors.ts';
import { outputJson } from './output-json.ts';
import { powertoolsLayer } from './powertools-layer.ts';

export interface OnceOptions {
  /**
   * Identifies the effect, instead of the task and its turn: an order's id keeps two tasks from charging the order twice.
   * Every task with the same key at the same agent gets the same result. If callers choose the key, put the caller's id
   * into it.
   */
  readonly key?: string;
  /** Seconds to keep the result. Default: 14 days, as long as a dead letter can be redriven. */
  readonly keepFor?: number;
}

/**
 * Does `work` once, although the message may be delivered more than once. A later attempt gets the stored result.
 *
 * - **Result**: stored as JSON, at most 256 KB of UTF-8. Every attempt gets the JSON: a Date becomes text, undefined members
 *   are missing.
 * - **`work` throws**: nothing is stored. The next attempt does the work again.
 * - **The process dies** before the result is stored: the next attempt does the work again when the function time of the
 *   first has passed.
 *
 * @param name distinguishes the effects of one turn. In a loop, each round needs its own name: `charge-${item.id}`
 * @throws OnceInProgressError while another attempt does the work. Do not catch it: the queue delivers the message again.
 * @throws TaskFailed when the work is done but its result cannot be stored
 *
 * @example
 * declare const payments: { charge(order: string): Promise<{ receipt: string }> };
 * const handler = async (task: AgentTask) => {
 *   const { receipt } = await task.once('charge', () => payments.charge(task.text));
 *   return `Paid, receipt ${receipt}.`;
 * };
 */
export type Once = <T>(name: string, work: () => T | Promise<T>, options?: OnceOptions) => Promise<T>;

/** Another attempt has begun the effect and has not ended it. */
export class OnceInProgressError extends StarlingError {
  constructor(name: string, taskId: string, options?: { cause?: unknown }) {
    super(
      'ONCE_IN_PROGRESS',
      `"${name}" of task ${taskId} is in progress in another attempt. The next attempt looks again.`,
      options,
    );
  }
}

/** One attempt used a name twice. The second effect would get the result of the first. */
export class OnceNameError extends StarlingError {
  constructor(name: string) {
    super('ONCE_NAME', `once("${name}") was called before in this attempt. Give each effect its own name or key.`);
  }
}

export interface OnceSurroundings {
  readonly idempotency: Idempotency;
  readonly agentId: string;
  readonly taskId: string;
  readonly turn: number;
  readonly signal: AbortSignal;
  /** Milliseconds until the function's time is up. Then this attempt is certainly over. */
  readonly timeLeft: () => number;
}

const KEPT_FOR_SECONDS = 14 * 86_400;
/** Bytes of JSON. It fits an item of DynamoDB (400 KB) too. */
const MAX_RESULT_BYTES = 256 * 1024;

/**
 * The stored value. It is JSON text, because DynamoDB has fewer numbers and levels of nesting than JSON. A result that is
 * not JSON is stored as a problem, because the effect has happened.
 */
type Outcome = { readonly json?: string } | { readonly problem: string };

export function createOnce({ idempotency, agentId, taskId, turn, signal, timeLeft }: OnceSurroundings): Once {
  const used = new Set<string>();
  return async <T>(name: string, work: () => T | Promise<T>, options: OnceOptions = {}): Promise<T> => {
    const { key, keepFor = KEPT_FOR_SECONDS } = options;
    const identity = JSON.stringify(key === undefined ? { taskId, turn, name } : { key, name });
    if (used.has(identity)) throw new OnceNameError(name);
    used.add(identity);
    // Loading takes 20 ms, so agents that do not use it do not wait for it.
    const [{ makeIdempotent, IdempotencyConfig }, persistenceStore] = await Promise.all([
      import('@aws-lambda-powertools/idempotency'),
      powertoolsLayer(idempotency),
    ]);
    const config = new IdempotencyConfig({ expiresAfterSeconds: keepFor, hashFunction: 'sha256' });
    // Powertools reads nothing else from the context.
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
      // A handler may catch the error and try again.
      used.delete(identity);
      if (error instanceof Error && error.name === 'IdempotencyAlreadyInProgressError') {
        throw new OnceInProgressError(name, taskId, { cause: error });
      }
      throw error;
    }
    if ('problem' in outcome) throw new TaskFailed(`"${name}" was done, but its result ${outcome.problem}`);
    return (outcome.json === undefined ? undefined : parseJson(outcome.json)) as T;
  };
}

function outcomeOf(result: unknown): Outcome {
  let json: string | undefined;
  try {
    json = result === undefined ? undefined : outputJson(result);
  } catch (error) {
    return { problem: `is not JSON: ${messageOf(error)}` };
  }
  if (json === undefined) return result === undefined ? {} : { problem: `is not JSON: a ${typeof result}` };
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_RESULT_BYTES) return { problem: `has ${bytes} bytes of JSON. The limit is ${MAX_RESULT_BYTES}.` };
  return { json };
}
