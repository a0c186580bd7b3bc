import { readSettings, type Settings } from '#hosts/runtimes/settings.ts';
import { UsageError } from '../errors.ts';
import { type Io, pathFrom } from '../io.ts';
import { type Credentials, readCredentials } from './credentials.ts';

/** The options that every command has. */
export interface GlobalOptions {
  readonly url?: string;
  readonly data?: string;
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
  if (options.stage === undefined) return standalone(options, io);
  if (options.data !== undefined) {
    throw new UsageError('--data is for a standalone mesh and --stage is for a mesh on AWS. Give only one of them.');
  }
  // The AWS SDK takes 100 ms to load. Other commands do not wait for it.
  const { findDeployment, readClientSecret } = await import('#deployment/deployed/deployment.ts');
  const deployment = await findDeployment({ stage: options.stage, region: options.region });
  return {
    ...deployment,
    place: { kind: 'aws', region: deployment.region },
    url: options.url?.replace(/\/+$/, '') ?? deployment.url,
    credentials: async () => ({
      clientId: deployment.clientId,
      clientSecret: await readClientSecret(deployment),
      origin: `the user pool ${deployment.userPoolId}`,
    }),
  };
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

function ownSettings({ data }: GlobalOptions, env: Io['env']): Settings {
  return readSettings({ ...env, ...(data !== undefined && { STARLING_DATA: data }) }, false);
}

function standalone(options: GlobalOptions, io: Io): Target {
  const given = (options.url ?? io.env.STARLING_URL)?.replace(/\/+$/, '');
  const own = ownSettings(options, io.env);
  const data = pathFrom(io, own.data);
  const address = given || own.url;
  const protocol = URL.parse(address)?.protocol;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new UsageError(
      `"${address}" is not the address of a mesh. --url and STARLING_URL take an address like http://127.0.0.1:4280.`,
    );
  }
  return {
    ...own,
    place: { kind: 'standalone', data },
    url: address,
    tokenUrl: given ? `${given}/oauth2/token` : own.tokenUrl,
    credentials: () => readCredentials(data),
  };
}
