import { S3Client } from '@aws-sdk/client-s3';
import { type AwsOptions, clientConfig, http } from './options.ts';

/** Milliseconds in addition to other calls. A blob has megabytes, also for a worker on a home connection. */
const TRANSFER = 25_000;

export function s3Client(options: AwsOptions): S3Client {
  return new S3Client({
    ...clientConfig(options),
    requestHandler: http(options, TRANSFER),
    // `{bucket}.{host}` resolves on AWS only.
    forcePathStyle: options.endpoint !== undefined,
  });
}
