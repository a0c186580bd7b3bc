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
      const variables = await environment(readTarget(options));
      if (options.json) return printJson(variables);
      for (const [name, value] of Object.entries(variables)) print(`export ${name}=${quoted(value)}`);
    });
}

async function environment({ url, data, bus, artifactStream }: Target): Promise<Record<string, string>> {
  const { accessKeyId, secretAccessKey } = await awsCredentials(data);
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: EMBEDDED_REGION,
    AWS_DEFAULT_REGION: EMBEDDED_REGION,
    STARLING_URL: url,
    STARLING_BUS: bus,
    STARLING_STREAM: artifactStream,
  };
}

/** A word of a POSIX shell: within single quotes everything stands for itself but the quote. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
