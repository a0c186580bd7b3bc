import { JsonBodyError, readJson, readText } from '#shared/http/json-body.ts';
import { parseEvent } from '#shared/patterns/index.ts';
import { InexactNumber } from '#shared/patterns/leaf.ts';
import { EventRefusedError } from './errors.ts';

/**
 * A number that a double cannot hold comes as an InexactNumber, which rules understand and `exactJson` writes as it was.
 *
 * @throws EventRefusedError INVALID_BODY
 */
export function parseBody(body: Uint8Array): unknown {
  return refusing(() => readJson(body, parseEvent));
}

/** @throws EventRefusedError INVALID_BODY */
export function textOf(body: Uint8Array): string {
  return refusing(() => readText(body));
}

function refusing<Read>(read: () => Read): Read {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof JsonBodyError) throw new EventRefusedError(400, cause.code, cause.message, { cause });
    throw cause;
  }
}

/** The JSON of what `parseBody` read, each number to its last digit. */
export function exactJson(value: object): string {
  return JSON.stringify(value, (_key: string, member: unknown) =>
    member instanceof InexactNumber ? JSON.rawJSON(member.text) : member,
  );
}
