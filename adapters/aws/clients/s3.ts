import { S3Client } from '@aws-sdk/client-s3';
import { type AwsOptions, clientConfig, http } from './options.ts';

/** Milliseconds more than other calls have: a blob is megabytes, also over the line of who runs a worker at home. */
const TRANSFER = 25_000;

export function s3Client(options: AwsOptions): S3Client {
  return new S3Client({
    ...clientConfig(options),
    requestHandler: http(options, TRANSFER),
    // `{bucket}.{host}` resolves on AWS only.
    forcePathStyle: options.endpoint !== undefined,
  });
}
