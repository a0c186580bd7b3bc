import path from 'node:path';
import { isObject } from '#shared/objects.ts';
import { readPrivateFile } from '#shared/security/private-file.ts';
import { CliError, UsageError } from '../errors.ts';

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where they come from, for messages: `/home/me/mesh/.starling/client.json`. */
  readonly origin: string;
}

/** The data folder has no file with credentials. */
export class NoCredentialsError extends CliError {
  constructor(file: string) {
    super(
      'NO_CREDENTIALS',
      `There are no credentials at ${file}. A mesh writes them into its data folder when it starts. Name that folder with --data or STARLING_DATA.`,
    );
  }
}

/** A stage on AWS without the example client, as `prod` is by default. */
export class NoClientError extends CliError {
  constructor(stage: string) {
    super(
      'NO_CREDENTIALS',
      `The stage ${stage} has no example client. Set STARLING_CLIENT_ID and STARLING_CLIENT_SECRET to a client of its user pool, or deploy it with --param exampleClient=on. "Clients" in docs/deploy.md tells how to create a client.`,
    );
  }
}

/**
 * The client of STARLING_CLIENT_ID and STARLING_CLIENT_SECRET, for a mesh on AWS. Undefined: neither is set.
 *
 * @throws UsageError when one of them is missing
 */
export function givenCredentials(env: NodeJS.ProcessEnv): Credentials | undefined {
  const { STARLING_CLIENT_ID: clientId = '', STARLING_CLIENT_SECRET: clientSecret = '' } = env;
  if (clientId === '' && clientSecret === '') return undefined;
  if (clientId === '' || clientSecret === '') {
    throw new UsageError(
      `${clientId === '' ? 'STARLING_CLIENT_ID' : 'STARLING_CLIENT_SECRET'} is not set. Set both STARLING_CLIENT_ID and STARLING_CLIENT_SECRET, or none of them.`,
    );
  }
  return { clientId, clientSecret, origin: 'STARLING_CLIENT_ID and STARLING_CLIENT_SECRET' };
}

/**
 * Reads the credentials that a mesh writes into its data folder for this command.
 *
 * @throws NoCredentialsError, CliError
 */
export async function readCredentials(folder: string): Promise<Credentials> {
  const file = path.resolve(folder, 'client.json');
  const text = await read(file);
  if (text === undefined) throw new NoCredentialsError(file);
  const credentials = parse(text);
  if (credentials === undefined) {
    throw new CliError(
      'CREDENTIALS_UNREADABLE',
      `${file} does not hold credentials. Delete it and start the mesh again: it writes new ones.`,
    );
  }
  return { ...credentials, origin: file };
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readPrivateFile(file);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new CliError(
      'CREDENTIALS_UNREADABLE',
      `The credentials at ${file} cannot be read (${code}). Only the user who started the mesh may read them. Run this command as that user.`,
      { cause: error },
    );
  }
}

function parse(text: string): Omit<Credentials, 'origin'> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { clientId, clientSecret } = value;
  return typeof clientId === 'string' && typeof clientSecret === 'string' ? { clientId, clientSecret } : undefined;
}
