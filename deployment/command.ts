import { StarlingError } from '#shared/errors.ts';
import { type CommandLine, type Options, readOptions } from './options.ts';

interface Command {
  /** The command line without options, for messages. */
  readonly name: string;
  /** The command whose options it takes, beside those of all commands. */
  readonly kind?: CommandLine['kind'];
  readonly help: string;
  readonly run: (options: Options) => Promise<void>;
}

/** Runs one of the commands of this folder. The exit code is 1 when the command fails. */
export async function runCommand({ name, kind, help, run }: Command): Promise<void> {
  try {
    const options = readOptions({ command: name, ...(kind !== undefined && { kind }) }, process.argv.slice(2));
    if (options.help) console.log(`${name}\n\n${help}`);
    else await run(options);
  } catch (error) {
    // The message of a StarlingError tells the person what to do. Any other error is a defect, so its stack is shown.
    console.error(error instanceof StarlingError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
