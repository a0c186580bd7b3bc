import { isObject } from './objects.ts';

// ECMAScript's "JSON.parse source text access". Node has it; TypeScript's libraries do not describe it yet.
declare global {
  interface JSON {
    rawJSON(text: string): object;
    isRawJSON(value: unknown): boolean;
  }
}

/**
 * Reads JSON without loss of digits. Each number becomes an object that only `JSON.stringify` understands.
 * `JSON.stringify` writes the number unchanged, also when a double cannot hold it.
 *
 * @example
 * JSON.stringify(parseExact('{"id":12345678901234567890}')); // {"id":12345678901234567890}
 *
 * @throws SyntaxError when the text is not JSON; RangeError when it is nested deeper than the stack
 */
export function parseExact(json: string): unknown {
  return JSON.parse(json, (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined ? JSON.rawJSON(context.source) : value,
  );
}

/** Whether a value that `parseExact` returned is an object. A number is not one, although an object represents it. */
export function isExactObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !JSON.isRawJSON(value);
}

/** `object` as JSON with one more member at its end. The value of that member is already JSON text. */
export function withMember(object: object, name: string, json: string): string {
  const text = JSON.stringify(object);
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}${JSON.stringify(name)}:${json}}`;
}
