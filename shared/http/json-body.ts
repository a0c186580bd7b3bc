import { StarlingError } from '#shared/errors.ts';
import { parseKnowing } from '#shared/exact-json.ts';
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
 * Reads a body as JSON, whatever its content type says. Numbers keep all digits (`parseJson`). A route bounds the size of the
 * body before.
 *
 * @throws JsonBodyError
 */
export function readJson(body: Uint8Array): unknown {
  return readJsonText(body).value;
}

export interface JsonText {
  readonly text: string;
  readonly value: unknown;
  readonly mayBeInexact: boolean;
}

/** The same with the text of the body, and whether it may have an inexact number. */
export function readJsonText(body: Uint8Array): JsonText {
  if (nestingOf(body) > MAX_NESTING) {
    throw new JsonBodyError('nesting', `is nested more than ${MAX_NESTING} levels deep`);
  }
  const text = readText(body);
  try {
    return { text, ...parseKnowing(text) };
  } catch (cause) {
    throw new JsonBodyError('json', 'is not valid JSON', cause);
  }
}
