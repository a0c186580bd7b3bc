/**
 * Large data by key, for events that carry it by reference (the claim check pattern).
 *
 * Contract: a blob is durable when `put` resolves; putting a key again replaces it. Blobs expire by the store's own rule,
 * later than anything that refers to them. A key is 1 to 512 characters of letters, digits and `/-_.`.
 */
export interface BlobStore {
  put(key: string, data: Uint8Array): Promise<void>;
  get(key: string): Promise<Uint8Array | undefined>;
}
