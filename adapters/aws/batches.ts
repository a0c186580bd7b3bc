export interface BatchLimits {
  readonly count: number;
  readonly bytes: number;
}

/**
 * Cuts a list, in its order, into as few calls as the limits allow. An item that is larger than `bytes` is a batch of
 * its own.
 *
 * @param keyOf items with the same key are never in one batch
 */
export function batches<Item>(
  items: readonly Item[],
  { count, bytes }: BatchLimits,
  sizeOf: (item: Item) => number,
  keyOf?: (item: Item) => unknown,
): Item[][] {
  const all: Item[][] = [];
  let batch: Item[] = [];
  let size = 0;
  const keys = new Set<unknown>();
  for (const item of items) {
    const more = sizeOf(item);
    const key = keyOf?.(item);
    if (batch.length > 0 && (batch.length === count || size + more > bytes || keys.has(key))) {
      all.push(batch);
      batch = [];
      size = 0;
      keys.clear();
    }
    if (keyOf) keys.add(key);
    batch.push(item);
    size += more;
  }
  if (batch.length > 0) all.push(batch);
  return all;
}

/** Calls `work` for each item, some at the same time. The results have the order of the list. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  // All workers share one iterator, so each takes the next item.
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
