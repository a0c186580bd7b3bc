import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type BlobStore, BlobTooLargeError, checkBlobKey, MAX_BLOB_BYTES } from '#shared/ports/blob-store.ts';
import { awsName, calling } from './errors.ts';

/**
 * Blobs in an S3 bucket. A lifecycle rule of the bucket deletes them. The default of the bucket encrypts them.
 *
 * A role that reads needs `s3:ListBucket` beside `s3:GetObject`, for the keys that it reads (`s3:prefix`). Without it, a
 * missing blob is the same error as a missing permission.
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
        if (awsName(error) === 'AccessDenied' && (await this.#isMissing(key))) return undefined;
        throw error;
      }
    });
  }

  /**
   * Asks S3 to list the key. S3 may answer AccessDenied for a missing blob to a role that lists some prefixes only, because
   * AWS does not document whether the check behind that answer knows the key as its prefix. The right to list the key tells
   * both cases apart.
   *
   * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestPermissions
   */
  async #isMissing(key: string): Promise<boolean> {
    const command = new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: key, MaxKeys: 1 });
    try {
      const { Contents = [] } = await this.#client.send(command);
      // Keys come in order, so the key itself comes before longer keys.
      return Contents[0]?.Key !== key;
    } catch (error) {
      if (awsName(error) === 'AccessDenied') return false;
      throw error;
    }
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
