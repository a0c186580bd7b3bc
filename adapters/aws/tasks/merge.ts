/** Merges ordered sequences into one ordered sequence. Reads each only as far as needed. */
export async function* merged<Item>(
  sequences: readonly AsyncIterable<Item>[],
  order: (a: Item, b: Item) => number,
): AsyncIterable<Item> {
  const iterators = sequences.map((sequence) => sequence[Symbol.asyncIterator]());
  const heads = await Promise.all(iterators.map(async (iterator) => ({ iterator, head: await iterator.next() })));
  for (;;) {
    let first: { iterator: AsyncIterator<Item>; head: IteratorResult<Item> } | undefined;
    for (const each of heads) {
      if (!each.head.done && (first === undefined || order(each.head.value, first.head.value) < 0)) first = each;
    }
    if (first === undefined) return;
    yield first.head.value;
    first.head = await first.iterator.next();
  }
}

/** Gathers a sequence into lists of the given length. The last list may be shorter. */
export async function* chunked<Item>(sequence: AsyncIterable<Item>, length: number): AsyncIterable<readonly Item[]> {
  let chunk: Item[] = [];
  for await (const item of sequence) {
    chunk.push(item);
    if (chunk.length === length) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
