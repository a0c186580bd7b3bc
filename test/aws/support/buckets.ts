import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';

/** Makes a bucket. Names of buckets are the world's: give it a random one. */
export async function createBucket(
  client: S3Client,
  name: string,
  region: string,
): Promise<{ remove(): Promise<void> }> {
  await client.send(
    new CreateBucketCommand({
      Bucket: name,
      // S3 refuses to be told of its default region.
      ...(region !== 'us-east-1' && { CreateBucketConfiguration: { LocationConstraint: region as 'eu-central-1' } }),
    }),
  );
  return {
    async remove() {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: name })) {
        const Objects = Contents.map(({ Key }) => ({ Key }));
        if (Objects.length > 0) await client.send(new DeleteObjectsCommand({ Bucket: name, Delete: { Objects } }));
      }
      await client.send(new DeleteBucketCommand({ Bucket: name }));
    },
  };
}
