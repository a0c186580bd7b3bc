import { arnOf, sub } from '../template.ts';
import type { Statement } from './access.ts';

/** The bucket's logical id in deployment/blobs.yml. */
const bucket = 'BlobBucket';

/** @param keys such as `tasks/*` */
export function readBlobs(keys: string): Statement {
  return { Effect: 'Allow', Action: ['s3:GetObject'], Resource: [sub(`\${${bucket}.Arn}/${keys}`)] };
}

export function putBlobs(keys: string): Statement {
  return { Effect: 'Allow', Action: ['s3:PutObject'], Resource: [sub(`\${${bucket}.Arn}/${keys}`)] };
}

/** With this right, S3 reports a missing blob as missing. Without it, S3 reports that access is denied. */
export function listBlobs(): Statement {
  return { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: [arnOf(bucket)] };
}
