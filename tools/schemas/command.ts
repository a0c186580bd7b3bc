import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { StarlingError } from '#shared/errors.ts';
import { type Project, projectAt } from './project.ts';

interface Command {
  readonly name: string;
  readonly does: string;
  /** Returns the text for the user. Throws an error if something is wrong. */
  readonly run: (project: Project) => Promise<string> | string;
}

/** Runs a schema command on this repository. It prints the result, and exits with 1 if something is wrong. */
export async function runCommand({ name, does, run }: Command): Promise<void> {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
    if (values.help) console.log(`${name}\n\n${does}`);
    else console.log(await run(projectAt(join(import.meta.dirname, '..', '..'))));
  } catch (error) {
    // The message of a SchemaError says everything. Another error is a defect of these tools, so its stack is shown.
    console.error(error instanceof StarlingError ? error.message : error);
    process.exitCode = 1;
  }
}
