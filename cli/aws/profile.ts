import { realpath } from 'node:fs/promises';
import type { Environment } from '#hosts/runtimes/environment.ts';
import { type AwsCredentials, STANDALONE_REGION } from '#shared/security/aws-credentials.ts';
import { writePrivateFile } from '#shared/security/private-file.ts';
import { CliError } from '../errors.ts';
import { awsFiles, PROFILE, readText } from './credentials-found.ts';

/** The services of AWS that a mesh serves, as configuration files and variables name them. */
export const servedServices = ['eventbridge', 'kinesis', 'sqs'] as const;

/** A later version finds the lines of an earlier one by these texts. */
const BEGIN = '# begin starling env';
const END = '# end starling env';
/** The lines between the markers, with them. The file may have the line ends of Windows. */
const block = new RegExp(`^${BEGIN}\\r?\\n(?:.*\\n)*?${END}\\r?(?:\\n|$)`, 'm');

/**
 * Writes the profile `starling` of a mesh into the files of the AWS SDKs. It changes only its own lines. A file is whole at
 * any moment, and only its owner can read it.
 *
 * @throws CliError when a file has a profile of this name that another program wrote
 */
export async function writeProfile(env: Environment, url: string, keys: AwsCredentials): Promise<void> {
  const files = awsFiles(env);
  const credentials = [
    `[${PROFILE}]`,
    `aws_access_key_id = ${keys.accessKeyId}`,
    `aws_secret_access_key = ${keys.secretAccessKey}`,
  ];
  const config = [
    `[profile ${PROFILE}]`,
    `region = ${STANDALONE_REGION}`,
    `services = ${PROFILE}`,
    '',
    `[services ${PROFILE}]`,
    ...servedServices.flatMap((service) => [`${service} =`, `  endpoint_url = ${url}`]),
  ];
  // Both are checked before the first is written.
  const changes = await Promise.all([changeOf(files.credentials, credentials), changeOf(files.config, config)]);
  for (const { file, text } of changes) if (text !== undefined) await writePrivateFile(file, text, 'latin1');
}

interface Change {
  /** Without symbolic links: a link to a file elsewhere stays a link. */
  readonly file: string;
  /** Undefined: the file has these lines already. */
  readonly text: string | undefined;
}

async function changeOf(named: string, lines: readonly string[]): Promise<Change> {
  const file = await realpath(named).catch(() => named);
  const text = await read(file);
  const others = text.replace(block, '');
  const foreign = /^\s*\[\s*(?:(?:profile|services)\s+)?["']?starling["']?\s*\]/m.exec(others);
  if (foreign !== null || others.includes(BEGIN)) {
    throw new CliError(
      'AWS_PROFILE_TAKEN',
      `${file} has a section ${foreign?.[0].trim() ?? `that begins with "${BEGIN}"`}, which this command did not write, or which is not whole any more. Rename or delete it, or name other files with AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE.`,
    );
  }
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const written = [BEGIN, ...lines, END, ''].join(end);
  if (block.test(text)) {
    const changed = text.replace(block, () => written);
    return { file, text: changed === text ? undefined : changed };
  }
  const gap = text === '' || text.endsWith(`${end}${end}`) ? '' : text.endsWith('\n') ? end : `${end}${end}`;
  return { file, text: `${text}${gap}${written}` };
}

async function read(file: string): Promise<string> {
  try {
    return (await readText(file)) ?? '';
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new CliError(
      'INPUT_UNREADABLE',
      `${file} cannot be read (${code}). See that it is a file that you may read.`,
      {
        cause: error,
      },
    );
  }
}
