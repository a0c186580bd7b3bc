import { InexactNumber } from '#shared/exact-json.ts';
import { isObject } from '#shared/objects.ts';

/** Bytes of the longest string that is kept. Ids, names, states and timestamps are shorter. */
const LONGEST_STRING = 256;
/** Levels of objects, the outermost included. */
const LEVELS = 4;
/** Bytes of the whole outline. With it, the event stays far below the limit that it exceeded. */
const BUDGET = 16_384;

interface Place {
  readonly from: Readonly<Record<string, unknown>>;
  readonly into: Record<string, unknown>;
}

/**
 * The part of referenced data that rules may match on: numbers, booleans, nulls and strings of up to 256 bytes, in
 * objects up to four levels deep, outside of arrays. Upper levels come first. Within an object, the first members come
 * first. The outline ends at 16 KB.
 */
export function outline(data: Readonly<Record<string, unknown>>): object {
  const whole = emptyObject();
  let left = BUDGET;
  let level: Place[] = [{ from: data, into: whole }];
  for (let depth = 1; depth <= LEVELS; depth++) {
    const below: Place[] = [];
    for (const { from, into } of level) {
      for (const [name, value] of Object.entries(from)) {
        const inner = depth < LEVELS && isObject(value);
        if (!inner && !isSmall(value)) continue;
        left -= Buffer.byteLength(JSON.stringify(name)) + (inner ? 2 : Buffer.byteLength(JSON.stringify(value))) + 2;
        if (left < 0) return whole;
        into[name] = inner ? emptyObject() : value;
        if (inner) below.push({ from: value, into: into[name] as Record<string, unknown> });
      }
    }
    level = below;
  }
  return whole;
}

/** Has no prototype, so that `__proto__` is an ordinary member. */
function emptyObject(): Record<string, unknown> {
  return Object.create(null);
}

function isSmall(value: unknown): boolean {
  if (typeof value === 'string') return Buffer.byteLength(value) <= LONGEST_STRING;
  return value === null || typeof value === 'number' || typeof value === 'boolean' || value instanceof InexactNumber;
}
