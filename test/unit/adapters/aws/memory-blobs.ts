import type { BlobStore } from '#shared/ports/blob-store.ts';

/** Blobs that a test can look at and tamper with. */
export class MemoryBlobs implements BlobStore {
  readonly blobs = new Map<string, Uint8Array>();

  async put(key: string, data: Uint8Array): Promise<void> {
    this.blobs.set(key, data);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.blobs.get(key);
  }
}
