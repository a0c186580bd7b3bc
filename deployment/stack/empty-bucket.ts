import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { ConfigurationError } from '#shared/errors.ts';

/** Deletes all objects of a bucket with all their versions. @throws ConfigurationError that names an object which S3 did not delete. */
export async function emptyBucket(bucket: string, region: string): Promise<void> {
  const client = new S3Client({ region });
  try {
    while (await deleteSome(client, bucket));
  } finally {
    client.destroy();
  }
}

/** Deletes up to a thousand versions. @returns false when there was none */
async function deleteSome(client: S3Client, Bucket: string): Promise<boolean> {
  const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
  const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({
    Key,
    ...(VersionId !== undefined && { VersionId }),
  }));
  if (Objects.length === 0) return false;
  const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  const [error] = Errors;
  if (error) throw new ConfigurationError(`${error.Key} of the bucket ${Bucket} cannot be deleted: ${error.Message}`);
  return true;
}
