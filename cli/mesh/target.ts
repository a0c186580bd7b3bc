import { readSettings, type Settings } from '#hosts/runtimes/settings.ts';
import { UsageError } from '../errors.ts';
import { type Credentials, readCredentials } from './credentials.ts';

/** Options that every command has. */
export interface GlobalOptions {
  readonly url?: string;
  readonly data?: string;
  readonly stage?: string;
  readonly region?: string;
}

/** The mesh that is meant. */
export interface Target extends Pick<Settings, 'url' | 'tokenUrl' | 'bus' | 'artifactStream'> {
  readonly place:
    | { readonly kind: 'standalone'; readonly data: string }
    | { readonly kind: 'aws'; readonly region: string };
  credentials(): Promise<Credentials>;
}

/**
 * Without a stage the mesh is a standalone one: an option goes before its variable, and without both the mesh's own
 * defaults hold. With a stage it is the one deployed under that name.
 *
 * @throws UsageError, ConfigurationError
 */
export async function readTarget(options: GlobalOptions): Promise<Target> {
  if (options.stage === undefined) return standalone(options);
  if (options.data !== undefined)
    throw new UsageError('--data is of a standalone mesh, --stage of one on AWS: give one.');
  // The AWS SDK takes 100 ms to load, which no other command should wait for.
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
 * The data folder of a standalone mesh, for what is done to the folder itself.
 *
 * @throws UsageError
 */
export function dataFolder(options: GlobalOptions): string {
  if (options.stage !== undefined) throw new UsageError('This is for a standalone mesh: leave --stage away.');
  return ownSettings(options).data;
}

function ownSettings({ data }: GlobalOptions): Settings {
  return readSettings({ ...process.env, ...(data !== undefined && { STARLING_DATA: data }) }, false);
}

function standalone(options: GlobalOptions): Target {
  const given = (options.url ?? process.env.STARLING_URL)?.replace(/\/+$/, '');
  const own = ownSettings(options);
  const address = given || own.url;
  const protocol = URL.parse(address)?.protocol;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new UsageError(
      `"${address}" is no address of a mesh: --url and STARLING_URL take one like http://127.0.0.1:4280.`,
    );
  }
  return {
    ...own,
    place: { kind: 'standalone', data: own.data },
    url: address,
    tokenUrl: given ? `${given}/oauth2/token` : own.tokenUrl,
    credentials: () => readCredentials(own.data),
  };
}
