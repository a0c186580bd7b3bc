import type { Command } from 'commander';
import { type GlobalOptions, readTarget } from '../mesh/target.ts';
import { fetchToken } from '../mesh/token.ts';
import { print } from '../print/output.ts';

interface TokenOptions extends GlobalOptions {
  readonly scope?: string;
}

const examples = `
Examples:
  curl -H "Authorization: Bearer $(npx starling token)" http://127.0.0.1:4280/admin/agents
  npx starling token --scope "agents:invoke"`;

export function addToken(program: Command): void {
  program
    .command('token')
    .description('Prints an access token, and nothing else.')
    .option(
      '--scope <scopes>',
      'ask for these scopes only, with spaces between (default: all that the client may have)',
    )
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<TokenOptions>();
      print(await fetchToken(await readTarget(options), options.scope));
    });
}
