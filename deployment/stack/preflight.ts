import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { accessProblem } from '#deployment/deployed/access-problem.ts';
import { stackName, type Target } from '#deployment/target.ts';
import { ConfigurationError, messageOf } from '#shared/errors.ts';
import { halfDeployed } from './half-deployed.ts';
import { stackState } from './status.ts';

/**
 * Checks credentials, region and the state of the stack. It takes a second; the deployment would fail after minutes.
 *
 * @throws ConfigurationError that says what to do.
 */
export async function checkDeployable(target: Target): Promise<void> {
  const state = await stackState(target);
  const problem = state && halfDeployed(state.status, target);
  if (problem !== undefined) throw new ConfigurationError(problem);
}

/** @throws ConfigurationError when there is no stack, when it is protected, or when somebody is changing it. */
export async function checkRemovable(target: Target): Promise<void> {
  const state = await stackState(target);
  if (state === undefined) {
    throw new ConfigurationError(
      `There is no stack ${stackName(target)} in ${target.region} of this account. Give the right --stage and --region.`,
    );
  }
  const { status, isProtected } = state;
  // Before any bucket is emptied.
  if (isProtected) {
    throw new ConfigurationError(
      `The stack ${stackName(target)} is protected against removal. To remove it for good, first run: aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${stackName(target)} --region ${target.region}`,
    );
  }
  if (status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS') {
    throw new ConfigurationError(
      `The stack ${stackName(target)} is in ${status}: somebody is changing it at the moment. Remove it when that is done.`,
    );
  }
}

/** @throws ConfigurationError when the deployment cannot put packages into the bucket. */
export async function checkBucket(bucket: string, { region }: Target): Promise<void> {
  const client = new S3Client({ region });
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch (cause) {
    throw new ConfigurationError(bucketProblem(bucket, region, cause), { cause });
  } finally {
    client.destroy();
  }
}

/** A response to HEAD has no body, so only its status tells the cause. */
function bucketProblem(bucket: string, region: string, error: unknown): string {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  switch (status) {
    case 301:
      return `The bucket ${bucket} is not in ${region}: Lambda takes packages from a bucket of its own region only. Name another, or leave deploymentBucket out and the stack makes its own.`;
    case 403:
      return `The bucket ${bucket} exists but is not open to these credentials. Names of buckets are shared by all accounts of AWS, so it may be another's: name another, or leave deploymentBucket out and the stack makes its own.`;
    case 404:
      return `There is no bucket ${bucket}. Create it (aws s3 mb s3://${bucket} --region ${region}), or leave deploymentBucket out and the stack makes its own.`;
  }
  return (
    accessProblem(error, { action: 's3:HeadBucket', resource: `the bucket ${bucket}` }) ??
    `The bucket ${bucket} cannot be looked up: ${messageOf(error)}`
  );
}
