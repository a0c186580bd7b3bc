import type { Command } from 'commander';
import { awsCredentials, STANDALONE_REGION } from '#shared/security/aws-credentials.ts';
import type { CliContext } from '../context.ts';
import { type GlobalOptions, readTarget, type Target } from '../mesh/target.ts';
import { examples } from '../options.ts';

interface EnvOptions extends GlobalOptions {
  readonly json?: true;
}

/**
 * A shell may have these variables from other work with AWS. They would override the ones printed here: the keys of a session,
 * a profile (SDKs differ on whether a profile overrides keys), and the address of a single service.
 */
const leftovers = [
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_ENDPOINT_URL_EVENTBRIDGE',
  'AWS_ENDPOINT_URL_KINESIS',
  'AWS_ENDPOINT_URL_SQS',
];

const help = `
Examples:
  eval "$(npx starling env)"
  aws events put-events --entries file://entries.json`;

export function addEnv(program: Command, context: CliContext): void {
  const { io, printer } = context;
  program
    .command('env')
    .description('Prints shell commands that point any AWS SDK or CLI at the mesh.')
    .option('--json', 'print the variables as a JSON object of strings; "unset" names the variables to remove')
    .addHelpText('after', examples(context, help))
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<EnvOptions>();
      const target = await readTarget(options, io);
      const variables = await environment(target);
      // On AWS the caller's own credentials count, with all variables that belong to them.
      const unset = target.place.kind === 'standalone' ? leftovers.join(' ') : '';
      // It is a string like the others, so the object can be used as an environment.
      if (options.json) return printer.json({ ...variables, ...(unset !== '' && { unset }) });
      // Without quotes around $(…) the shell joins all lines into one. The semicolon ends this command also then.
      if (unset !== '') printer.print(`unset ${unset};`);
      for (const [name, value] of Object.entries(variables)) printer.print(`export ${name}=${quoted(value)}`);
    });
}

async function environment(target: Target): Promise<Record<string, string>> {
  return {
    ...(await awsEnvironment(target)),
    STARLING_URL: target.url,
    STARLING_BUS: target.bus,
    STARLING_STREAM: target.artifactStream,
  };
}

/** On AWS the caller's own credentials count. A standalone mesh serves AWS protocols at its address, with its own keys. */
async function awsEnvironment({ url, place }: Target): Promise<Record<string, string>> {
  if (place.kind === 'aws') return { AWS_REGION: place.region, AWS_DEFAULT_REGION: place.region };
  const { accessKeyId, secretAccessKey } = await awsCredentials(place.data);
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: STANDALONE_REGION,
    AWS_DEFAULT_REGION: STANDALONE_REGION,
    // The SDKs for Java (2 and 1) speak CBOR to Kinesis. The mesh does not.
    CBOR_ENABLED: 'false',
    AWS_CBOR_DISABLE: 'true',
  };
}

/** Quotes a word for a POSIX shell. Within single quotes only the quote itself is special. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
