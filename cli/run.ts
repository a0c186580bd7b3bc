import { CommanderError } from 'commander';
import { messageOf, StarlingError } from '#shared/errors.ts';
import { type CliContext, createContext } from './context.ts';
import { CliError, FAILURE, MeshError, USAGE } from './errors.ts';
import type { Io } from './io.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command and returns its exit code: 0 for success, 1 for a failure, 2 for a command that was typed wrongly, 130
 * for Ctrl-C. It throws nothing and never ends the process.
 *
 * @example
 * process.exitCode = await run(['tasks', 'list', '--json'], io);
 */
export async function run(words: readonly string[], io: Io): Promise<number> {
  const context = createContext(io, { json: asksForJson(words) });
  try {
    await createProgram(context).parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error, words, context);
  }
}

/** Whether the person asked for JSON. The words are not parsed yet: a mistake in them must be reported as JSON too. */
export function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end === -1 ? undefined : end).includes('--json');
}

/** The form of an error with `--json`, for scripts. */
interface ReportedError {
  readonly code: string;
  readonly message: string;
  readonly taskId?: string | undefined;
}

function report(error: unknown, words: readonly string[], context: CliContext): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const { printer } = context;
  if (!printer.isJson) {
    const text = textOf(error, words, context);
    if (text !== undefined) printer.note(text);
  } else {
    printer.error(reportedError(error, words, context) satisfies ReportedError);
  }
  if (error instanceof CommanderError) return USAGE;
  return error instanceof CliError ? error.exitCode : FAILURE;
}

/** Undefined: Commander has printed its own message, and there is nothing to add. */
function textOf(error: unknown, words: readonly string[], { printer }: CliContext): string | undefined {
  const { commands } = printer;
  if (error instanceof CommanderError) return hyphenAdvice(error, words, printer.commands.program);
  if (error instanceof CliError) return error.text(commands);
  return error instanceof StarlingError ? commands.messageOf(error) : `starling failed: ${messageOf(error)}`;
}

function reportedError(error: unknown, words: readonly string[], { printer }: CliContext): ReportedError {
  const { commands } = printer;
  if (error instanceof CommanderError) {
    const message = error.code === 'commander.help' ? 'The command is incomplete. See --help.' : error.message;
    const advice = hyphenAdvice(error, words, commands.program);
    return { code: 'USAGE', message: [message.replace(/^error: /, ''), ...(advice ? [advice] : [])].join('\n') };
  }
  if (error instanceof CliError) {
    const { code, taskId } = error;
    const text = error.text(commands);
    const message = error instanceof MeshError ? text.slice(code.length + 2) : text;
    return { code, message, ...(taskId !== undefined && { taskId }) };
  }
  if (error instanceof StarlingError) return { code: error.code, message: commands.messageOf(error) };
  return { code: 'INTERNAL_ERROR', message: `starling failed: ${messageOf(error)}` };
}

function hyphenAdvice({ code }: CommanderError, words: readonly string[], program: string): string | undefined {
  if (code !== 'commander.unknownOption' || !words.includes('call')) return undefined;
  return `Write -- before text that begins with a hyphen: ${program} call calculator -- '-2 + 3'`;
}
