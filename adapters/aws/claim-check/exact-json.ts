// ECMAScript's "JSON.parse source text access", which Node has and TypeScript's libraries do not describe yet.
declare global {
  interface JSON {
    rawJSON(text: string): object;
    isRawJSON(value: unknown): boolean;
  }
}

/**
 * Reads JSON so that `JSON.stringify` writes every number as it was written, also one that a double cannot hold: a number
 * comes as an object that only `JSON.stringify` understands.
 *
 * @throws SyntaxError when it is not JSON; RangeError when it is nested deeper than the stack
 */
export function parseExact(json: string): unknown {
  return JSON.parse(json, (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined ? JSON.rawJSON(context.source) : value,
  );
}

/** `object` as JSON with a last member whose value is JSON text already. */
export function withMember(object: object, name: string, json: string): string {
  const text = JSON.stringify(object);
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}${JSON.stringify(name)}:${json}}`;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}
