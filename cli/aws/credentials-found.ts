import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Environment } from '#hosts/runtimes/environment.ts';
import { isMeshKey } from '#shared/security/aws-credentials.ts';

/** The profile that `starling env` writes. */
export const PROFILE = 'starling';

/** The paths of the files that AWS SDKs read. */
export interface AwsFiles {
  readonly config: string;
  readonly credentials: string;
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html */
export function awsFiles(env: Environment): AwsFiles {
  const home = env.HOME || env.USERPROFILE || os.homedir();
  const resolve = (given: string | undefined, name: string) =>
    given ? given.replace(/^~(?=$|[/\\])/, () => home) : path.join(home, '.aws', name);
  return {
    config: resolve(env.AWS_CONFIG_FILE, 'config'),
    credentials: resolve(env.AWS_SHARED_CREDENTIALS_FILE, 'credentials'),
  };
}

/**
 * Variables that make an SDK take its credentials from elsewhere than the default profile.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
const sources = [
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

/** Settings of a profile, each of which gives it credentials. */
const settings = [
  'aws_access_key_id',
  'credential_process',
  'credential_source',
  'login_session',
  'role_arn',
  'sso_session',
  'sso_start_url',
  'web_identity_token_file',
];

/**
 * Whether an AWS SDK would find credentials for AWS, without a network call. A mesh's own keys and profile do not count. The
 * role of an EC2 instance is not seen.
 */
export async function hasAwsCredentials(env: Environment): Promise<boolean> {
  const { AWS_ACCESS_KEY_ID: key, AWS_PROFILE, AWS_DEFAULT_PROFILE } = env;
  if (key && !isMeshKey(key)) return true;
  const profile = AWS_PROFILE || AWS_DEFAULT_PROFILE;
  if (profile && profile !== PROFILE) return true;
  if (sources.some((name) => env[name])) return true;
  const files = awsFiles(env);
  const texts = await Promise.all([files.config, files.credentials].map(readText));
  return texts.some(defaultHasCredentials);
}

/** The bytes of the file, one in each character, so that they can be written back as they were. Undefined: no file. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function defaultHasCredentials(text: string | undefined): boolean {
  let isDefault = false;
  for (const line of text?.split(/\r?\n/) ?? []) {
    const [, section] = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line) ?? [];
    if (section !== undefined) isDefault = /^(?:profile\s+)?["']?default["']?$/.test(section);
    else if (isDefault && settings.includes(/^\s*(\w+)\s*=\s*\S/.exec(line)?.[1] ?? '')) return true;
  }
  return false;
}
