import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { mapped, startingWith, watched } from '#shared/async-iterables.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

async function* never(): AsyncIterable<object> {
  await new Promise(() => {});
}

async function* failing(): AsyncIterable<number> {
  yield 1;
  throw new Error('broken');
}

const all = async <Value>(values: AsyncIterable<Value>) => {
  const found: Value[] = [];
  for await (const value of values) found.push(value);
  return found;
};

describe('the iterables of streams', () => {
  it('yield the first value, then the others', async () => {
    expect(await all(startingWith(1, [2, 3]))).toEqual([1, 2, 3]);
  });

  it('map each value', async () => {
    expect(await all(mapped(startingWith(1, [2]), (value) => value * 10))).toEqual([10, 20]);
  });

  it('make a last value of an error, or throw it', async () => {
    expect(await all(mapped(failing(), String, (error) => `${error}`))).toEqual(['1', 'Error: broken']);
    await expect(all(mapped(failing(), String))).rejects.toThrow('broken');
  });

  it('end their source when their reader ends', async () => {
    let ended = 0;
    async function* source() {
      try {
        for (;;) yield 1;
      } finally {
        ended++;
      }
    }
    let count = 0;
    for await (const _ of mapped(startingWith(0, source()), (one) => one + 1)) if (++count === 3) break;
    expect(ended).toBe(1);
  });

  it.each([
    ['done', [1, 2], 9],
    ['left', [1, 2], 1],
    [{ error: new Error('broken') }, failing(), 9],
  ])('tell a watcher each value and the end: %s', async (how, rest, count) => {
    const told: unknown[] = [];
    const values = watched(startingWith(0, rest), { value: (one) => told.push(one), end: (end) => told.push(end) });
    const seen: number[] = [];
    try {
      for await (const value of values) if (seen.push(value) === count) break;
    } catch {
      // The watcher is told.
    }
    expect(told).toEqual([...seen, how]);
  });

  it('keep nothing that they have yielded, while they wait for more', async () => {
    const source = watched(startingWith(new Array(1_000), never()), { value() {}, end() {} });
    const values = mapped(source, (value) => ({ value }))[Symbol.asyncIterator]();
    const first = new WeakRef((await values.next()).value);
    const second = values.next();
    for (let turn = 0; first.deref() !== undefined && turn < 100; turn++) {
      await new Promise(setImmediate);
      collectGarbage();
    }
    expect(first.deref()).toBeUndefined();
    expect(second).toBeInstanceOf(Promise);
  });
});
