import { InexactNumber, parseJson } from './exact-json.ts';

/** Few texts match. Only in them a string may have half of a surrogate pair. */
const MAY_BE_HALF = /\\u[dD][89a-fA-F]/;
/** Few texts match. Only in them a number may be larger than a double. */
const MAY_BE_LARGE = /[[:,]\s*-?(?:\d{309}|[\d.]+[eE]\+?\d{3})/;

/**
 * Says where a JSON text has a value that many readers of JSON cannot read again: a string with half of a surrogate pair, which
 * protobuf refuses, or a number such as 1e400, which other languages read as infinite. Undefined if there is none.
 *
 * @param value the part of the text to look at. The whole text if it is left out
 * @param mayBeInexact false when `parseKnowing` found no inexact number in the text
 *
 * @example
 * unportable('{"n":[1e400]}'); // 'n/0 is the number 1e400, which is too large for readers of JSON'
 */
export function unportable(text: string, value?: unknown, mayBeInexact = true): string | undefined {
  if (!(text.includes('\\u') && MAY_BE_HALF.test(text)) && !(mayBeInexact && MAY_BE_LARGE.test(text))) return undefined;
  const root = value === undefined ? parseJson(text) : value;
  const problem = problemOf(root);
  if (problem !== undefined) return `the whole value ${problem}`;
  // No recursion, because foreign JSON is nested deeply.
  const waiting: [path: string, holder: unknown][] = [['', root]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [path, holder] = next;
    if (typeof holder !== 'object' || holder === null) continue;
    for (const name of Array.isArray(holder) ? holder.keys() : Object.keys(holder)) {
      const member = (holder as Record<string | number, unknown>)[name];
      const problem = problemOf(name) ?? problemOf(member);
      if (problem !== undefined) return `${path}${String(name).toWellFormed()} ${problem}`;
      if (typeof member === 'object' && member !== null) waiting.push([`${path}${name}/`, member]);
    }
  }
  return undefined;
}

function problemOf(value: unknown): string | undefined {
  if (typeof value === 'string' && !value.isWellFormed()) return 'has half of a surrogate pair, which is no Unicode';
  if (value instanceof InexactNumber && !Number.isFinite(Number(value.digits)))
    return `is the number ${value.digits.slice(0, 40)}, which is too large for readers of JSON`;
  return undefined;
}
