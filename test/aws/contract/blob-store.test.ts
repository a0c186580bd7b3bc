import { afterAll, beforeAll, expect, it } from 'vitest';
import { S3BlobStore } from '#adapters/aws/blob-store.ts';
import { s3Client } from '#adapters/aws/clients/s3.ts';
import { blobStoreContract } from '#test/contract/blob-store.ts';
import { createBucket } from '../support/buckets.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';

const client = s3Client(clientOptions);
const bucket = `starling-${randomStage()}-blobs`;
let made: { remove(): Promise<void> };

beforeAll(async () => {
  made = await createBucket(client, bucket, clientOptions.region);
});
afterAll(() => made.remove());

blobStoreContract('aws', async () => ({ store: new S3BlobStore(client, bucket), close: async () => {} }));

it('says that the bucket is missing, and what to do', async () => {
  const store = new S3BlobStore(client, `${bucket}-missing`);
  const missing = { code: 'AWS_NOT_FOUND', message: expect.stringContaining('Deploy the stack first') };
  await expect(store.get('a')).rejects.toMatchObject(missing);
  await expect(store.put('a', new Uint8Array(1))).rejects.toMatchObject(missing);
});
