import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { ConfigurationError } from '#shared/errors.ts';
import { createPrivateFile, readPrivateFile } from './private-file.ts';

/** The keys that an AWS SDK uses to sign requests to a standalone mesh. They belong to no AWS account. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The region of a standalone mesh, as signatures name it. */
export const STANDALONE_REGION = 'us-east-1';

/** The file of the keys in a data folder. Only its owner can read it. */
export function awsCredentialsFile(folder: string): string {
  return path.join(folder, 'aws-credentials.json');
}

/**
 * The keys of a data folder. Makes them if the file does not exist. Two processes that ask at once get the same keys.
 *
 * @throws ConfigurationError when the file exists but has no keys.
 */
export async function awsCredentials(folder: string): Promise<AwsCredentials> {
  const file = awsCredentialsFile(folder);
  const kept = await readPrivateFile(file);
  if (kept !== undefined) return parse(kept, file);
  const made = newCredentials();
  if (await createPrivateFile(file, `${JSON.stringify(made, undefined, 2)}\n`)) return made;
  return parse((await readPrivateFile(file)) ?? '', file);
}

/**
 * The keys have the lengths of AWS's keys, because some clients check them. AWS does not use the prefix, so no scanner
 * takes the keys for leaked keys of AWS.
 */
function newCredentials(): AwsCredentials {
  return {
    accessKeyId: `STRL${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  };
}

/** Whether a mesh made the key: an AWS account has no such key. */
export function isMeshKey(accessKeyId: string): boolean {
  return /^STRL[0-9A-F]{16}$/.test(accessKeyId);
}

function parse(text: string, file: string): AwsCredentials {
  try {
    const { accessKeyId, secretAccessKey } = JSON.parse(text) as Partial<AwsCredentials>;
    if (accessKeyId && secretAccessKey && typeof accessKeyId === 'string' && typeof secretAccessKey === 'string') {
      return { accessKeyId, secretAccessKey };
    }
  } catch {
    // A file that is no JSON is treated like JSON of another shape.
  }
  throw new ConfigurationError(`${file} holds no AWS keys. Delete it: new ones are made, and clients need those then.`);
}
