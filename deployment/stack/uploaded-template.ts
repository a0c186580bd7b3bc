import { type CloudFormationClient, DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { lookupError } from '#deployment/deployed/access-problem.ts';
import { stackName, type Target } from '#deployment/target.ts';

export interface TemplateFile {
  readonly name: string;
  /** JSON. */
  readonly text: string;
  /** The bucket of the packages. Undefined: the stack has made it. */
  readonly bucket: string | undefined;
}

/** Uploads a template, because CloudFormation takes a large one from a bucket only. @returns its address */
export async function uploadTemplate(
  client: CloudFormationClient,
  target: Target,
  { name, text, bucket }: TemplateFile,
): Promise<string> {
  const { stage, region, endpoint } = target;
  const Bucket = bucket ?? (await bucketOfStack(client, target));
  const Key = `serverless/starling/${stage}/${name}`;
  const s3 = new S3Client({ region });
  try {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: text }));
  } catch (cause) {
    throw lookupError(cause, { action: 's3:PutObject', resource: `the bucket ${Bucket}` });
  } finally {
    s3.destroy();
  }
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `${endpoint ?? `https://s3.${region}.${suffix}`}/${Bucket}/${Key}`;
}

async function bucketOfStack(client: CloudFormationClient, target: Target): Promise<string> {
  const LogicalResourceId = 'ServerlessDeploymentBucket';
  const command = new DescribeStackResourceCommand({ StackName: stackName(target), LogicalResourceId });
  try {
    const { StackResourceDetail: detail } = await client.send(command);
    return detail?.PhysicalResourceId ?? '';
  } catch (cause) {
    throw lookupError(cause, {
      action: 'cloudformation:DescribeStackResource',
      resource: 'the bucket of the packages. If the stack uses a bucket of yours, give --param deploymentBucket=…',
    });
  }
}
