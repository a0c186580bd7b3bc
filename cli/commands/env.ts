import type { Command } from 'commander';
import { awsCredentials, EMBEDDED_REGION } from '../../shared/security/aws-credentials.ts';
import { print, printJson } from '../print/output.ts';
import { type GlobalOptions, readTarget, type Target } from '../target.ts';

interface EnvOptions extends GlobalOptions {
  readonly json?: true;
}

const examples = `
Examples:
  eval "$(npx starling env)"
  aws events put-events --entries file://entries.json`;

export function addEnv(program: Command): void {
  program
    .command('env')
    .description('Prints export lines that point any AWS SDK or CLI at the mesh.')
    .option('--json', 'print them as a JSON object')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<EnvOptions>();
      const variables = await environment(await readTarget(options));
      if (options.json) return printJson(variables);
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
  };
}

/** A word of a POSIX shell: within single quotes everything stands for itself but the quote. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
