/** Does it for each, so many at the same time. */
export async function forEach<Item>(items: Iterable<Item>, workers: number, work: (item: Item) => Promise<void>) {
  const left = items[Symbol.iterator]();
  const one = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: workers }, one));
}
