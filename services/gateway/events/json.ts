import { JsonBodyError, readJson, readText } from '#shared/http/json-body.ts';
import { parseEvent } from '#shared/patterns/index.ts';
import { InexactNumber } from '#shared/patterns/leaf.ts';
import { EventRefusedError } from './errors.ts';

/**
 * Parses a body. A number that a double cannot hold becomes an InexactNumber. Rules understand it, and `exactJson`
 * writes it unchanged.
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

/** The JSON of a value that `parseBody` returned. Numbers keep all digits. */
export function exactJson(value: object): string {
  return JSON.stringify(value, (_key: string, member: unknown) =>
    member instanceof InexactNumber ? JSON.rawJSON(member.text) : member,
  );
}
