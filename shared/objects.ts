/**
 * Whether a value is a JSON object: not null, not an array, not a primitive.
 *
 * @example
 * const body: unknown = JSON.parse(text);
 * if (isObject(body) && typeof body.id === 'string') use(body.id);
 */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
