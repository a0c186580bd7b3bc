/** The number of partitions of an index or a list of tasks. One partition takes 1,000 writes of 1 KB a second. */
export const SHARDS = 8;

/** Made from the last digit, which is random in a UUIDv7. */
export function shardOf(id: string): number {
  return Number.parseInt(id.slice(-1), 16) % SHARDS;
}
