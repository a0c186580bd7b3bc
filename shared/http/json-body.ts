import { StarlingError } from '#shared/errors.ts';
import { nestingOf } from '#shared/json-nesting.ts';

/** Why a body is no JSON that the mesh reads: as part of a sentence that begins with "The body". */
export class JsonBodyError extends StarlingError {
  readonly reason: 'utf-8' | 'json' | 'nesting';
  readonly problem: string;

  constructor(reason: JsonBodyError['reason'], problem: string, cause?: unknown) {
    super('INVALID_BODY', `The body ${problem}.`, { cause });
    this.reason = reason;
    this.problem = problem;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Deeper than any message is, and far from what the stack holds. */
const MAX_NESTING = 256;

/** @throws JsonBodyError */
export function readText(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch (cause) {
    throw new JsonBodyError('utf-8', 'is not valid UTF-8', cause);
  }
}

/**
 * Reads a body as JSON, whatever its content type says. A route bounds the size of the body before.
 *
 * @param parse another reader, such as one that keeps each digit of a number
 * @throws JsonBodyError
 */
export function readJson(body: Uint8Array, parse: (text: string) => unknown = JSON.parse): unknown {
  if (nestingOf(body) > MAX_NESTING) {
    throw new JsonBodyError('nesting', `is nested more than ${MAX_NESTING} levels deep`);
  }
  const text = readText(body);
  try {
    return parse(text);
  } catch (cause) {
    throw new JsonBodyError('json', 'is not valid JSON', cause);
  }
}
