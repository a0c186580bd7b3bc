import { BucketAlreadyOwnedByYou, CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { emptyBucket } from '#deployment/stack/empty-bucket.ts';
import type { Target } from '#deployment/target.ts';

const bucketParameter = 'deploymentBucket';

/**
 * The parameters of a deployment to an emulator: the addresses of its API, its tokens and their keys, because it has no
 * host names, and a bucket for packages that exists before the stack.
 *
 * @returns `name=value`, none for AWS itself
 */
export async function emulatorParameters({ stage, region, endpoint }: Target): Promise<readonly string[]> {
  if (endpoint === undefined) return [];
  const bucket = packagesBucket(stage);
  await createBucket(bucket, region);
  return [
    `${bucketParameter}=${bucket}`,
    // CloudFormation fills in the ids, as in the values of the parameters in serverless.yml.
    `url=${endpoint}/restapis/\${ApiGatewayRestApi}/${stage}/_user_request_`,
    `tokenUrl=${endpoint}/oauth2/token`,
    // Its calls would be among those of the tests, which call it themselves.
    'canaryRate=rate(1 day)',
    `keysUrl=${endpoint}/\${UserPool}/.well-known/jwks.json`,
  ];
}

/** The bucket for packages that the parameters name. */
export function bucketOf(params: readonly string[]): string | undefined {
  const start = `${bucketParameter}=`;
  return params.findLast((param) => param.startsWith(start))?.slice(start.length);
}

/** Deletes the bucket that {@link emulatorParameters} made. */
export async function removePackages({ stage, region }: Target): Promise<void> {
  const bucket = packagesBucket(stage);
  await emptyBucket(bucket, region);
  const client = new S3Client({ region });
  await client.send(new DeleteBucketCommand({ Bucket: bucket }));
  client.destroy();
}

function packagesBucket(stage: string): string {
  return `starling-${stage}-packages`;
}

async function createBucket(name: string, region: string): Promise<void> {
  const client = new S3Client({ region });
  try {
    await client.send(new CreateBucketCommand({ Bucket: name }));
  } catch (error) {
    // The bucket exists after an earlier deployment to the same emulator.
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  } finally {
    client.destroy();
  }
}
