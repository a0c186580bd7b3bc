import { expect, vi } from 'vitest';
import { watchStatements } from './statements.ts';

/** What a piece of code did, counted: no clock tells it. */
export interface Work {
  /** Elements that loops, copies and searches of arrays went over. */
  elements: number;
  /** Characters that JSON.stringify wrote and JSON.parse read. */
  json: number;
  /** Calls of SQL statements, the rows that they returned, and the bytes of both. */
  statements: number;
  rows: number;
  bytes: number;
}

/** Methods that go over all elements, or may. */
const walks = [
  'concat',
  'every',
  'filter',
  'find',
  'findIndex',
  'findLast',
  'flat',
  'flatMap',
  'forEach',
  'includes',
  'indexOf',
  'join',
  'map',
  'reduce',
  'shift',
  'slice',
  'some',
  'sort',
  'splice',
  'toSorted',
  'toReversed',
  'unshift',
] as const;

/** Counts the work of everything that runs until `run` resolves. */
export async function workOf(run: () => Promise<unknown>): Promise<Work> {
  const work: Work = { elements: 0, json: 0, statements: 0, rows: 0, bytes: 0 };
  const restore = [countArrays(work), countJson(work)];
  watchStatements({
    read({ bytes }) {
      work.rows++;
      work.bytes += bytes;
    },
    called(bytes) {
      work.statements++;
      work.bytes += bytes;
    },
  });
  try {
    await run();
  } finally {
    for (const undo of restore) undo();
    vi.restoreAllMocks();
  }
  return work;
}

/**
 * Doubles the size twice. Fails when the second doubling adds clearly more than twice the work that the first one added. So what
 * the beginning costs, or saves, does not count: the ids of the first 32 artifacts need no rows of their own. Quadratic work
 * would add four times as much.
 */
export async function expectLinear(size: number, run: (size: number) => Promise<Work>): Promise<void> {
  const [one, two, four] = [await run(size), await run(2 * size), await run(4 * size)];
  for (const kind of Object.keys(one) as (keyof Work)[]) {
    const counts = `${kind}: ${one[kind]}, ${two[kind]}, ${four[kind]}`;
    expect(four[kind] - two[kind], counts).toBeLessThanOrEqual(2.2 * (two[kind] - one[kind]) + 50);
  }
}

type Method = (this: unknown[], ...values: never[]) => unknown;

function countArrays(work: Work): () => void {
  const prototype = Array.prototype as unknown as Record<PropertyKey, Method>;
  const originals = new Map<PropertyKey, Method>();
  const replace = (name: PropertyKey, method: Method) => {
    originals.set(name, prototype[name] as Method);
    Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true });
  };
  for (const name of walks) {
    const original = prototype[name] as Method;
    replace(name, function (...values) {
      work.elements += this.length;
      return original.apply(this, values);
    });
  }
  // Spreads, `for … of`, `new Set(…)` and Promise.all go over the iterator.
  replace(Symbol.iterator, function* () {
    for (let index = 0; index < this.length; index++) {
      work.elements++;
      yield this[index];
    }
  });
  return () => {
    for (const [name, value] of originals) {
      Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
    }
  };
}

function countJson(work: Work): () => void {
  const { parse, stringify } = JSON;
  JSON.parse = (text: string, ...rest: never[]) => {
    work.json += text.length;
    return parse(text, ...rest);
  };
  JSON.stringify = ((value: unknown, ...rest: never[]) => {
    const text = stringify(value, ...rest);
    work.json += text?.length ?? 0;
    return text;
  }) as typeof stringify;
  return () => Object.assign(JSON, { parse, stringify });
}
