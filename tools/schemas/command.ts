import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { StarlingError } from '#shared/errors.ts';
import { type Project, projectAt } from './project.ts';

interface Command {
  readonly name: string;
  readonly does: string;
  /** Returns what to tell, throws what is wrong. */
  readonly run: (project: Project) => Promise<string> | string;
}

/** Runs one of the schema commands on this repository: tells what came out, and ends with 1 when something is wrong. */
export async function runCommand({ name, does, run }: Command): Promise<void> {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
    if (values.help) console.log(`${name}\n\n${does}`);
    else console.log(await run(projectAt(join(import.meta.dirname, '..', '..'))));
  } catch (error) {
    // What was thrown on purpose says all in its message. Anything else is a defect of these tools, so its stack is shown.
    console.error(error instanceof StarlingError ? error.message : error);
    process.exitCode = 1;
  }
}
