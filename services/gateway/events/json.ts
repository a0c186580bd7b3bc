import { JsonBodyError, readJson, readText } from '#shared/http/json-body.ts';
import { EventRefusedError } from './errors.ts';

/** @throws EventRefusedError INVALID_BODY */
export function parseBody(body: Uint8Array): unknown {
  return refusing(() => readJson(body));
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
