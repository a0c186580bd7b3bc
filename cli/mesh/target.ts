import { parseAddress, text } from '#hosts/runtimes/environment.ts';
import { readSettings, type Settings } from '#hosts/runtimes/settings.ts';
import type { CommandTarget } from '#shared/command-line.ts';
import { ConfigurationError } from '#shared/errors.ts';
import { stageProblem } from '#wiring/names.ts';
import { UsageError } from '../errors.ts';
import { type Io, pathFrom } from '../io.ts';
import { type Credentials, givenCredentials, NoClientError, readCredentials } from './credentials.ts';

/** The options that every command has. */
export interface GlobalOptions {
  readonly url?: string;
  /** Each value of `--data`. The last folder counts. `call` also takes data for its message by this option. */
  readonly data?: readonly string[];
  readonly stage?: string;
  readonly region?: string;
}

/** The mesh that a command talks to. */
export interface Target extends Pick<Settings, 'url' | 'tokenUrl' | 'bus' | 'artifactStream'> {
  readonly place:
    | { readonly kind: 'standalone'; readonly data: string }
    | { readonly kind: 'aws'; readonly region: string };
  credentials(): Promise<Credentials>;
}

/**
 * With `--stage` it is the mesh that is deployed on AWS under this name. Without, it is a standalone mesh. A flag overrides
 * its environment variable; without both, the mesh's own default counts.
 *
 * @throws UsageError, ConfigurationError
 */
export async function readTarget(options: GlobalOptions, io: Io): Promise<Target> {
  const stage = readStage(options);
  if (stage === undefined) return standalone(options, io);
  if ((options.data ?? []).length > 0) {
    throw new UsageError('--data is for a standalone mesh and --stage is for a mesh on AWS. Give only one of them.');
  }
  // The AWS SDK takes 100 ms to load. Other commands do not wait for it.
  const { findDeployment, readClientSecret } = await import('#deployment/deployed/deployment.ts');
  const deployment = await findDeployment({ stage, region: options.region?.trim() });
  return {
    ...deployment,
    place: { kind: 'aws', region: deployment.region },
    url: options.url === undefined ? deployment.url : checkedAddress(options.url),
    async credentials() {
      const given = givenCredentials(io.env);
      if (given !== undefined) return given;
      const { clientId, userPoolId } = deployment;
      if (clientId === undefined) throw new NoClientError(stage);
      return {
        clientId,
        clientSecret: await readClientSecret(deployment, clientId),
        origin: `the user pool ${userPoolId}`,
      };
    },
  };
}

/** The stage of a mesh on AWS. @throws UsageError */
export function readStage({ stage }: GlobalOptions): string | undefined {
  const name = stage?.trim();
  const problem = name === undefined ? undefined : stageProblem(name);
  if (problem !== undefined) throw new UsageError(`--stage is "${name}", ${problem}`);
  return name;
}

/**
 * The data folder of a standalone mesh as the person named it, for a command that works on the folder and not on the mesh.
 *
 * @throws UsageError
 */
export function dataFolder(options: GlobalOptions, { env }: Pick<Io, 'env'>): string {
  if (options.stage !== undefined) {
    throw new UsageError('This command is for a standalone mesh. Leave out --stage.');
  }
  return ownSettings(options, env).data;
}

function ownSettings({ data = [] }: GlobalOptions, env: Io['env']): Settings {
  const { folder, json } = splitData(data);
  if (json.length > 0) {
    throw new UsageError(
      '--data names the data folder of a mesh. Only the command call takes JSON with --data. Write ./ before the name of a folder that begins like JSON.',
    );
  }
  return readSettings({ ...env, ...(folder !== undefined && { STARLING_DATA: folder }) }, false);
}

/**
 * `--data` names the data folder. In `call`, a value that is a JSON object, array or string, or `@` and a file, is data for
 * the message.
 */
export function splitData(values: readonly string[]): { readonly folder?: string; readonly json: readonly string[] } {
  const json = values.filter((value) => /^\s*[[{"@]/.test(value));
  const folder = values.findLast((value) => !json.includes(value));
  return { ...(folder !== undefined && { folder }), json };
}

/** The mesh of the commands that messages print. */
export function commandTarget(options: GlobalOptions, io: Io): CommandTarget {
  if (options.stage !== undefined) return { kind: 'aws', stage: options.stage, region: options.region };
  const { folder } = splitData(options.data ?? []);
  try {
    const { url, data } = standalone({ ...options, ...(folder !== undefined && { data: [folder] }) }, io);
    return { kind: 'standalone', url, data };
  } catch (error) {
    // A command that needs these settings reports what is wrong with them.
    if (error instanceof UsageError || error instanceof ConfigurationError) return { kind: 'standalone' };
    throw error;
  }
}

function standalone(options: GlobalOptions, io: Io): Target & { readonly data: string } {
  const own = ownSettings(options, io.env);
  const data = pathFrom(io, own.data);
  // An empty option counts as not given.
  const address = text({ '--url': options.url }, '--url') ?? text(io.env, 'STARLING_URL');
  const url = address === undefined ? undefined : checkedAddress(address);
  return {
    ...own,
    data,
    place: { kind: 'standalone', data },
    ...(url !== undefined && { url, tokenUrl: `${url}/oauth2/token` }),
    credentials: () => readCredentials(data),
  };
}

function checkedAddress(given: string): string {
  const address = parseAddress(given.trim());
  if (address !== undefined) return address;
  throw new UsageError(
    `"${given}" is not the address of a mesh. --url and STARLING_URL take an address like http://127.0.0.1:4280.`,
  );
}
