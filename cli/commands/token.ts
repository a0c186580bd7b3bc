import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { type GlobalOptions, readTarget } from '../mesh/target.ts';
import { requestToken } from '../mesh/token.ts';
import { examples } from '../options.ts';

interface TokenOptions extends GlobalOptions {
  readonly scope?: string;
  readonly json?: true;
}

const help = `
Examples:
  TOKEN=$(npx starling token)
  npx starling token --scope "agents:invoke"`;

export function addToken(program: Command, context: CliContext): void {
  const { io, printer } = context;
  program
    .command('token')
    .description('Prints an access token, and nothing else.')
    .option('--scope <scopes>', 'ask for these scopes, with spaces between (default: all that the client may have)')
    .option('--json', "print the issuer's whole answer as JSON: access_token, expires_in in seconds, scope")
    .addHelpText('after', examples(context, help))
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<TokenOptions>();
      const answer = await requestToken(await readTarget(options, io), options.scope);
      if (options.json) printer.json(answer);
      else printer.print(answer.access_token);
    });
}
