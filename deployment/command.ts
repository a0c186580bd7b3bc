import { StarlingError } from '#shared/errors.ts';
import { type Options, readOptions } from './options.ts';

interface Command {
  /** As it is written on the command line. */
  readonly name: string;
  /** Whether it takes the options of a deployment. */
  readonly deploys?: true;
  readonly help: string;
  readonly run: (options: Options) => Promise<void>;
}

/** Runs one of the commands of this folder, and ends with 1 when it fails. */
export async function runCommand({ name, deploys, help, run }: Command): Promise<void> {
  try {
    const options = readOptions({ command: name, deploys: deploys === true }, process.argv.slice(2));
    if (options.help) console.log(`${name}\n\n${help}`);
    else await run(options);
  } catch (error) {
    // What was thrown on purpose says all in its message. Anything else is a defect of these tools, so its stack is shown.
    console.error(error instanceof StarlingError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
