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

/**
 * With this right, a missing blob is told from a blob that may not be read: see adapters/aws/blob-store.ts.
 *
 * @param keys such as `tasks/*`. The role cannot list other keys.
 */
export function listBlobs(keys: string): Statement {
  return {
    Effect: 'Allow',
    Action: ['s3:ListBucket'],
    Resource: [arnOf(bucket)],
    Condition: { StringLike: { 's3:prefix': [keys] } },
  };
}
