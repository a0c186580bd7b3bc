import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { type AwsCredentials, awsCredentials, isMeshKey, STANDALONE_REGION } from '#shared/security/aws-credentials.ts';
import { hasAwsCredentials, PROFILE } from '../aws/credentials-found.ts';
import { servedServices, writeProfile } from '../aws/profile.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { type GlobalOptions, readTarget, type Target } from '../mesh/target.ts';
import { examples } from '../options.ts';

interface EnvOptions extends GlobalOptions {
  readonly profile?: true;
  readonly json?: true;
}

/** Variables that would override the keys printed here: the keys of a session, and a profile. */
const overridingKeys = [
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
];

const endpoints = servedServices.map((service) => `AWS_ENDPOINT_URL_${service.toUpperCase()}`);

const help = `
Examples:
  eval "$(npx starling env)"
  aws events put-events --entries file://entries.json

EventBridge, SQS and Kinesis lead to the mesh then. Every other service of AWS stays where it is.

Where you have AWS credentials, they stay. The command writes the profile ${PROFILE} with the keys of the mesh, and prints its name:
  aws --profile "$STARLING_AWS_PROFILE" events put-events --entries file://entries.json`;

export function addEnv(program: Command, context: CliContext): void {
  const { io, printer } = context;
  program
    .command('env')
    .description('Prints shell commands that point any AWS SDK or CLI at the mesh, for EventBridge, SQS and Kinesis.')
    .option(
      '--profile',
      'write the profile, also where no AWS credentials are found, such as the role of an EC2 instance',
    )
    .option('--json', 'print the variables as a JSON object of strings; "unset" names the variables to remove')
    .addHelpText('after', examples(context, help))
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<EnvOptions>();
      const target = await readTarget(options, io);
      const { set, unset } = await awsVariables(target, io.env, options.profile ?? false);
      const { url, bus, artifactStream } = target;
      const variables = { ...set, STARLING_URL: url, STARLING_BUS: bus, STARLING_STREAM: artifactStream };
      const names = unset.join(' ');
      // It is a string like the others, so the object can be used as an environment.
      if (options.json) return printer.json({ ...variables, ...(names !== '' && { unset: names }) });
      if (set.STARLING_AWS_PROFILE !== undefined) {
        printer.note(`Your AWS credentials stay in use. Clients of the mesh use the profile ${PROFILE}.`);
      }
      // Without quotes around $(…) the shell joins all lines into one. The semicolon ends this command also then.
      if (names !== '') printer.print(`unset ${names};`);
      for (const [name, value] of Object.entries(variables)) printer.print(`export ${name}=${quoted(value)}`);
    });
}

interface Variables {
  readonly set: Readonly<Record<string, string>> & { readonly STARLING_AWS_PROFILE?: string };
  /** Variables from other work, or from an earlier `starling env`, that would override those of `set`. */
  readonly unset: readonly string[];
}

async function awsVariables({ url, place }: Target, env: Io['env'], profile: boolean): Promise<Variables> {
  if (place.kind === 'aws') {
    // The caller's own credentials count, with all variables that belong to them.
    const left = endpoints.filter((name) => env[name] !== undefined && env[name] === env.STARLING_URL);
    return { set: regions(place.region), unset: left };
  }
  const keys = await meshKeys(place.data);
  const stale = env.AWS_ENDPOINT_URL === url || isMeshKey(env.AWS_ACCESS_KEY_ID ?? '') ? ['AWS_ENDPOINT_URL'] : [];
  const ignoring = [...stale, 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'];
  const set = {
    ...Object.fromEntries(endpoints.map((name) => [name, url])),
    ...regions(STANDALONE_REGION),
    // The SDKs for Java (2 and 1) speak CBOR to Kinesis. The mesh does not.
    CBOR_ENABLED: 'false',
    AWS_CBOR_DISABLE: 'true',
  };
  if (profile || (await hasAwsCredentials(env))) {
    await writeProfile(env, url, keys);
    const ofMesh = isMeshKey(env.AWS_ACCESS_KEY_ID ?? '') ? ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] : [];
    return { set: { ...set, STARLING_AWS_PROFILE: PROFILE }, unset: [...ofMesh, ...ignoring] };
  }
  const { accessKeyId, secretAccessKey } = keys;
  return {
    set: { ...set, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    unset: [...overridingKeys, ...ignoring, 'STARLING_AWS_PROFILE'],
  };
}

/** boto3 reads only the latter. */
function regions(region: string): Record<string, string> {
  return { AWS_REGION: region, AWS_DEFAULT_REGION: region };
}

/** The keys that clients of the mesh sign with. @throws CliError when no mesh lives in the folder */
async function meshKeys(folder: string): Promise<AwsCredentials> {
  // Other commands do not wait until SQLite is loaded.
  const { databaseFile } = await import('#hosts/runtimes/data-folder.ts');
  if (!existsSync(databaseFile(folder))) {
    throw new CliError(
      'NO_CREDENTIALS',
      `No mesh lives in ${path.resolve(folder)}. Run this command in the folder where npm start was run, or name the mesh's data folder with --data or STARLING_DATA.`,
    );
  }
  return awsCredentials(folder);
}

/** Quotes a word for a POSIX shell. Within single quotes only the quote itself is special. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
