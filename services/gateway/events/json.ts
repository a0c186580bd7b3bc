import { nestingOf } from '#shared/json-nesting.ts';
import { parseEvent } from '#shared/patterns/index.ts';
import { InexactNumber } from '#shared/patterns/leaf.ts';
import { EventRefusedError } from './errors.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Deeper than any event is, and far from what the stack bears. */
const MAX_NESTING = 256;

/** @throws EventRefusedError INVALID_BODY */
export function textOf(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch (cause) {
    throw invalid('is not valid UTF-8', cause);
  }
}

/**
 * A number that a double cannot hold comes as an InexactNumber, which rules understand and `exactJson` writes as it was.
 *
 * @throws EventRefusedError INVALID_BODY
 */
export function parseBody(body: Uint8Array): unknown {
  if (nestingOf(body) > MAX_NESTING) throw invalid(`is nested more than ${MAX_NESTING} levels deep`);
  const text = textOf(body);
  try {
    return parseEvent(text);
  } catch (cause) {
    throw invalid('is not valid JSON', cause);
  }
}

/** The JSON of what `parseBody` read, each number to its last digit. */
export function exactJson(value: object): string {
  return JSON.stringify(value, (_key: string, member: unknown) =>
    member instanceof InexactNumber ? JSON.rawJSON(member.text) : member,
  );
}

function invalid(problem: string, cause?: unknown): EventRefusedError {
  return new EventRefusedError(400, 'INVALID_BODY', `The body ${problem}.`, { cause });
}
