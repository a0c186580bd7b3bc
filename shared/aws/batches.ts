export interface BatchLimits {
  readonly count: number;
  readonly bytes: number;
}

/** Cuts a list, in its order, into as few calls as the limits allow. What exceeds `bytes` by itself is a batch of its own. */
export function batches<Item>(
  items: readonly Item[],
  { count, bytes }: BatchLimits,
  sizeOf: (item: Item) => number,
): Item[][] {
  const all: Item[][] = [];
  let batch: Item[] = [];
  let size = 0;
  for (const item of items) {
    const more = sizeOf(item);
    if (batch.length > 0 && (batch.length === count || size + more > bytes)) {
      all.push(batch);
      batch = [];
      size = 0;
    }
    batch.push(item);
    size += more;
  }
  if (batch.length > 0) all.push(batch);
  return all;
}

/** Does something for each, so many at the same time, and answers in the order of the list. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  // One iterator for all workers: each takes the next.
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
