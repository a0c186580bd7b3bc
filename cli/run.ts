import { CommanderError } from 'commander';
import { messageOf, StarlingError } from '#shared/errors.ts';
import { CliError, FAILURE, USAGE } from './errors.ts';
import { note } from './print/output.ts';
import { createProgram } from './program.ts';

/** Runs one command and returns the exit code: 0, 1 for a failure, 2 for a command that was typed wrongly. */
export async function run(words: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error, words);
  }
}

function report(error: unknown, words: readonly string[]): number {
  if (error instanceof CommanderError) {
    // Commander has written its own message.
    if (error.code === 'commander.unknownOption' && words.includes('call')) {
      note('Text that begins with a hyphen goes behind two: npx starling call calculator -- "-2 + 3"');
    }
    return error.exitCode === 0 ? 0 : USAGE;
  }
  if (error instanceof CliError) {
    note(error.message);
    return error.exitCode;
  }
  if (error instanceof StarlingError) {
    note(error.message);
    return FAILURE;
  }
  note(`starling failed: ${messageOf(error)}`);
  return FAILURE;
}
