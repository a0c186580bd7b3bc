import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunked, merged } from '#adapters/aws/tasks/merge.ts';

async function* given<Item>(items: readonly Item[], asked: Item[] = []): AsyncIterable<Item> {
  for (const item of items) {
    asked.push(item);
    yield item;
  }
}
async function all<Item>(sequence: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of sequence) items.push(item);
  return items;
}
const order = (a: number, b: number) => a - b;

describe('merged', () => {
  it('gives what is in all of them, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.nat(50))), async (lists) => {
        const sorted = lists.map((list) => list.toSorted(order));
        const seen = await all(
          merged(
            sorted.map((list) => given(list)),
            order,
          ),
        );
        expect(seen).toEqual(lists.flat().sort(order));
      }),
    );
  });

  it('asks none further than it has to', async () => {
    const asked: number[] = [];
    const one = merged([given([1, 5, 9], asked), given([2, 3], asked)], order)[Symbol.asyncIterator]();
    expect((await one.next()).value).toBe(1);
    expect(asked.toSorted(order)).toEqual([1, 2]);
  });
});

describe('chunked', () => {
  it.each([
    [[], []],
    [[1], [[1]]],
    [
      [1, 2, 3],
      [[1, 2], [3]],
    ],
    [
      [1, 2, 3, 4],
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ])('cuts %j into %j', async (items: number[], chunks: number[][]) => {
    expect(await all(chunked(given(items), 2))).toEqual(chunks);
  });
});
