import { StarlingError } from '#shared/errors.ts';

/**
 * Large data by key, for events that carry it by reference (the claim check pattern).
 *
 * Contract: a blob is durable when `put` resolves; putting a key again replaces it. Blobs expire by the store's own rule,
 * later than anything that refers to them. A key is 1 to 512 characters: names of letters, digits and `-_.` with slashes
 * between them. A name is not dots alone, which proxies and clients of S3 take for a way up.
 *
 * Errors: `BlobKeyError` for another key; `BlobTooLargeError` for more than `MAX_BLOB_BYTES`, on either way.
 */
export interface BlobStore {
  put(key: string, data: Uint8Array): Promise<void>;
  get(key: string): Promise<Uint8Array | undefined>;
}

/** Four times the largest body that the gateway takes by default: what is read is held in memory. */
export const MAX_BLOB_BYTES = 16_777_216;

export class BlobKeyError extends StarlingError {
  constructor() {
    super(
      'BLOB_KEY',
      'The key of a blob has 1 to 512 characters: names of letters, digits, hyphens, underscores and dots, with slashes between them.',
    );
  }
}

export class BlobTooLargeError extends StarlingError {
  constructor(key: string) {
    super('BLOB_TOO_LARGE', `The blob ${key} is over ${MAX_BLOB_BYTES} bytes. Send less at a time.`);
  }
}

/** Data that an event refers to cannot be had, now or later: delivering the event again does not help. */
export class ClaimError extends StarlingError {}

const namePattern = /^(?!\.+$)[A-Za-z0-9_.-]+$/;

/** @throws BlobKeyError */
export function checkBlobKey(key: string): void {
  const valid = key.length <= 512 && key.split('/').every((name) => namePattern.test(name));
  if (!valid) throw new BlobKeyError();
}
