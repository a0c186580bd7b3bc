import type { Command } from 'commander';
import { awsCredentials, EMBEDDED_REGION } from '#shared/security/aws-credentials.ts';
import { type GlobalOptions, readTarget, type Target } from '../mesh/target.ts';
import { print, printJson } from '../print/output.ts';

interface EnvOptions extends GlobalOptions {
  readonly json?: true;
}

/**
 * What a shell may have left over for AWS, and that goes before what is printed here: the keys of a session, a profile (SDKs
 * differ on whether it goes before keys), and the address of a single service.
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

const examples = `
Examples:
  eval "$(npx starling env)"
  aws events put-events --entries file://entries.json`;

export function addEnv(program: Command): void {
  program
    .command('env')
    .description('Prints lines for a shell that point any AWS SDK or CLI at the mesh.')
    .option('--json', 'print them as a JSON object of strings; "unset" names those that have to go')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<EnvOptions>();
      const target = await readTarget(options);
      const variables = await environment(target);
      // On AWS the caller's own credentials hold, with all that belongs to them.
      const unset = target.place.kind === 'standalone' ? leftovers.join(' ') : '';
      // A string like the others, so that the object can be poured into an environment.
      if (options.json) return printJson({ ...variables, ...(unset !== '' && { unset }) });
      // The semicolon ends it also where someone has left out the quotes around $(…), which makes one line of all.
      if (unset !== '') print(`unset ${unset};`);
      for (const [name, value] of Object.entries(variables)) print(`export ${name}=${quoted(value)}`);
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

/** On AWS the caller's own credentials hold; a standalone mesh plays AWS at its own address, with keys of its own. */
async function awsEnvironment({ url, place }: Target): Promise<Record<string, string>> {
  if (place.kind === 'aws') return { AWS_REGION: place.region, AWS_DEFAULT_REGION: place.region };
  const { accessKeyId, secretAccessKey } = await awsCredentials(place.data);
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: EMBEDDED_REGION,
    AWS_DEFAULT_REGION: EMBEDDED_REGION,
    // SDKs for Java (2 and 1) speak CBOR to Kinesis, and the mesh does not.
    CBOR_ENABLED: 'false',
    AWS_CBOR_DISABLE: 'true',
  };
}

/** A word of a POSIX shell: within single quotes everything stands for itself but the quote. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
