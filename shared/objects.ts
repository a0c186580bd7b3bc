import { InexactNumber } from './exact-json.ts';

/**
 * Whether a value is a JSON object: not null, not an array, not a primitive. An inexact number is a primitive of JSON.
 *
 * @example
 * const body: unknown = JSON.parse(text);
 * if (isObject(body) && typeof body.id === 'string') use(body.id);
 */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof InexactNumber);
}

/**
 * Whether a value is one of the listed words. It narrows the type to them.
 *
 * @example
 * if (isOneOf(text, ['json', 'pretty'])) format = text; // 'json' | 'pretty'
 */
export function isOneOf<const Word>(value: unknown, words: readonly Word[]): value is Word {
  return words.includes(value as Word);
}
