import { hash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type BlobStore, BlobTooLargeError, checkBlobKey, MAX_BLOB_BYTES } from '#shared/ports/blob-store.ts';
import { syncFolder } from '#shared/sync-folder.ts';

/**
 * Stores blobs as files `{dataFolder}/blobs/{hash of the key}`. The hash keeps every key, such as `../`, inside the
 * folder and short enough for a file name.
 */
export class SqliteBlobStore implements BlobStore {
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = path.join(dataFolder, 'blobs');
  }

  async put(key: string, data: Uint8Array): Promise<void> {
    const file = this.#file(key);
    if (data.length > MAX_BLOB_BYTES) throw new BlobTooLargeError(key);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // Write another file and rename it, so that a reader or a crash sees the complete old or the complete new blob.
    const made = `${file}.${randomUUID()}`;
    try {
      const handle = await open(made, 'wx', 0o600);
      try {
        await handle.writeFile(data);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(made, file);
    } finally {
      await rm(made, { force: true });
    }
    await syncFolder(this.#folder);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const file = this.#file(key);
    try {
      if ((await stat(file)).size > MAX_BLOB_BYTES) throw new BlobTooLargeError(key);
      return await readFile(file);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  #file(key: string): string {
    checkBlobKey(key);
    return path.join(this.#folder, hash('sha256', key));
  }
}
