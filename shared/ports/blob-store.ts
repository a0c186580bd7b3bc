import { StarlingError } from '#shared/errors.ts';

/**
 * Large data by key, for events that carry it by reference (the claim check pattern).
 *
 * Contract:
 * - A blob is durable when `put` resolves. Putting a key again replaces the blob.
 * - Each store deletes old blobs by its own rule, but later than everything that refers to them.
 * - A key has 1 to 512 characters: names of letters, digits and `-_.`, separated by slashes. A name must not consist of
 *   dots only, because proxies and S3 clients read `..` as the parent folder.
 *
 * Errors: `BlobKeyError` for any other key. `BlobTooLargeError` from `put` and `get` for more than `MAX_BLOB_BYTES`.
 */
export interface BlobStore {
  put(key: string, data: Uint8Array): Promise<void>;
  get(key: string): Promise<Uint8Array | undefined>;
}

/** Four times the default limit for request bodies. A limit is needed because a reader holds the blob in memory. */
export const MAX_BLOB_BYTES = 16_777_216;

export class BlobKeyError extends StarlingError {
  constructor() {
    super(
      'BLOB_KEY',
      'A blob key must have 1 to 512 characters: names of letters, digits, hyphens, underscores and dots, separated by slashes.',
    );
  }
}

export class BlobTooLargeError extends StarlingError {
  constructor(key: string) {
    super('BLOB_TOO_LARGE', `The blob ${key} is larger than ${MAX_BLOB_BYTES} bytes. Send less data at a time.`);
  }
}

/** The data that an event refers to is gone for good. Delivering the event again does not help. */
export class ClaimError extends StarlingError {}

const namePattern = /^(?!\.+$)[A-Za-z0-9_.-]+$/;

/** @throws BlobKeyError */
export function checkBlobKey(key: string): void {
  const valid = key.length <= 512 && key.split('/').every((name) => namePattern.test(name));
  if (!valid) throw new BlobKeyError();
}
