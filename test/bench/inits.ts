import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { UnpackedFunction } from './packages.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** How long a function's process takes until it can take its first event. */
export interface Init {
  readonly name: string;
  /** Bytes of the module. */
  readonly size: number;
  /** Milliseconds of its import. */
  readonly imported: Spread;
  /** From the start of node until the import is done, ÷ the same with an empty module; of the medians. */
  readonly ratio: number;
}

export interface Inits {
  readonly runs: number;
  /** Milliseconds from the start of node until an empty module is imported. */
  readonly empty: Spread;
  readonly functions: readonly Init[];
}

interface Times {
  readonly begun: number;
  readonly ready: number;
}

const run = promisify(execFile);
const script = path.join(import.meta.dirname, 'init-process.js');

/**
 * Imports each module in fresh processes, all of them in turn, so that what disturbs the machine disturbs all alike.
 *
 * @param folder for the empty module
 */
export async function measureInits(
  functions: readonly UnpackedFunction[],
  { runs, folder }: { readonly runs: number; readonly folder: string },
): Promise<Inits> {
  const empty: UnpackedFunction = { name: 'empty', module: path.join(folder, 'empty.mjs'), size: 0, environment: {} };
  writeFileSync(empty.module, 'export const handler = () => {};\n');
  const all = [empty, ...functions];
  const times = new Map<UnpackedFunction, Times[]>(all.map((each) => [each, []]));
  for (let count = 0; count < runs; count++) {
    for (const each of all) times.get(each)?.push(await initialise(each));
  }
  const startOf = (each: UnpackedFunction) => spreadOf((times.get(each) ?? []).map(({ ready }) => ready));
  const base = startOf(empty);
  return {
    runs,
    empty: base,
    functions: functions.map((each) => ({
      name: each.name,
      size: each.size,
      imported: spreadOf((times.get(each) ?? []).map(({ begun, ready }) => ready - begun)),
      ratio: startOf(each).median / base.median,
    })),
  };
}

/** @throws Error with what the module wrote, when it cannot be imported. */
async function initialise({ module, environment }: UnpackedFunction): Promise<Times> {
  const { stdout } = await run(process.execPath, [script, module], { env: environment });
  return JSON.parse(stdout.slice(stdout.lastIndexOf('{')));
}
