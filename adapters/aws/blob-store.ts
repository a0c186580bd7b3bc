import { GetObjectCommand, type GetObjectCommandOutput, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type BlobStore, BlobTooLargeError, checkBlobKey, MAX_BLOB_BYTES } from '#shared/ports/blob-store.ts';
import { awsName, calling } from './errors.ts';

/**
 * Blobs in an S3 bucket. A lifecycle rule of the bucket deletes them. The default of the bucket encrypts them.
 *
 * A role that reads needs `s3:ListBucket` beside `s3:GetObject`. Without it, S3 answers 403 for a missing blob, as it
 * does for a missing permission.
 */
export class S3BlobStore implements BlobStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async put(key: string, data: Uint8Array): Promise<void> {
    checkBlobKey(key);
    if (data.length > MAX_BLOB_BYTES) throw new BlobTooLargeError(key);
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: data,
      ContentType: 'application/octet-stream',
    });
    await calling(this.#call('s3:PutObject'), () => this.#client.send(command));
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    checkBlobKey(key);
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key });
    return calling(this.#call('s3:GetObject'), async () => {
      try {
        return await bytesOf(key, await this.#client.send(command));
      } catch (error) {
        if (awsName(error) === 'NoSuchKey') return undefined;
        throw error;
      }
    });
  }

  #call(action: string) {
    return { action, resource: `the bucket ${this.#bucket}` };
  }
}

async function bytesOf(key: string, { Body, ContentLength }: GetObjectCommandOutput): Promise<Uint8Array> {
  if (ContentLength === undefined || ContentLength > MAX_BLOB_BYTES) {
    // Without this, the connection stays in use until the whole object has arrived.
    if (Body && 'destroy' in Body) Body.destroy();
    throw new BlobTooLargeError(key);
  }
  return Body === undefined ? new Uint8Array() : Body.transformToByteArray();
}
