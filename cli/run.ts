import { CommanderError } from 'commander';
import { messageOf, StarlingError } from '#shared/errors.ts';
import { createContext } from './context.ts';
import { CliError, FAILURE, USAGE } from './errors.ts';
import type { Io } from './io.ts';
import type { Printer } from './print/printer.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command and returns its exit code: 0 for success, 1 for a failure, 2 for a command that was typed wrongly. It
 * throws nothing and never ends the process.
 *
 * @example
 * process.exitCode = await run(['tasks', 'list', '--json'], io);
 */
export async function run(words: readonly string[], io: Io): Promise<number> {
  const context = createContext(io);
  try {
    await createProgram(context).parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error, words, context.printer);
  }
}

function report(error: unknown, words: readonly string[], printer: Printer): number {
  if (error instanceof CommanderError) {
    // Commander has printed its own message.
    if (error.code === 'commander.unknownOption' && words.includes('call')) {
      printer.note('Write -- before text that begins with a hyphen: npx starling call calculator -- "-2 + 3"');
    }
    return error.exitCode === 0 ? 0 : USAGE;
  }
  if (error instanceof CliError) {
    printer.note(error.message);
    return error.exitCode;
  }
  printer.note(error instanceof StarlingError ? error.message : `starling failed: ${messageOf(error)}`);
  return FAILURE;
}
