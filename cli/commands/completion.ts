import { Argument, type Command } from 'commander';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { completedCommands } from '../completion/table.ts';
import { zshCompletion } from '../completion/zsh.ts';
import type { CliContext } from '../context.ts';
import { examples } from '../options.ts';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

const help = `
Examples:
  source <(npx starling completion bash)
  source <(npx starling completion zsh)
  npx starling completion fish | source

The script completes the word starling. Where your shell has no command of this name, make one first, for example:
  alias starling="npx starling"`;

/** The scripts list the commands of the program, so this command is added last. */
export function addCompletion(program: Command, context: CliContext): void {
  const { printer } = context;
  program
    .command('completion')
    .description('Prints a script that completes commands and options in your shell.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(shells)))
    .addHelpText('after', examples(context, help))
    .action((shell: keyof typeof shells) => printer.write(shells[shell](completedCommands(program))));
}
