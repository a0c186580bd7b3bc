import path from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigurationError, messageOf } from '#shared/errors.ts';

/** What can be measured for itself. */
export const sections = ['calls', 'throughput', 'memory', 'starts', 'inits'] as const;
export type Section = (typeof sections)[number];

export interface Options {
  readonly help: boolean;
  readonly rounds: number;
  /** Of load, per round and measure. */
  readonly seconds: number;
  readonly only: ReadonlySet<Section>;
  /** Where the figures go as JSON. */
  readonly json: string | undefined;
  readonly profile: boolean;
  /** Holds the data folders of the benchmark, on the disk that is measured. */
  readonly folder: string;
}

/** Not the system's folder for temporary files, which is memory on many machines: syncing there costs nothing. */
const defaultFolder = path.join(import.meta.dirname, '../../node_modules/.cache/starling-bench');

export const help = `npm run bench -- [options]

Measures the mesh, and beside it the bare server of @a2a-js/sdk, on this machine.

  --only A,B      of these sections: all of them (default), or
                  calls       blocking calls to an agent, mesh and peer in turn
                  throughput  events and records per second, by the AWS protocols and within a process; pattern matching
                  memory      what the mesh holds over 300,000 calls, the first 100,000 of them its warm-up
                  starts      from the start of node to the first call; also with the tasks of the calls, where those ran
                  inits       the functions that are packaged for AWS
  --rounds N      rounds of calls and throughput, each with all measures in turn (5)
  --seconds S     seconds of load a round and measure (5)
  --json FILE     write the figures as JSON too
  --profile       instead, run the mesh once under calls with --cpu-prof, and say where the time goes
  --folder DIR    where the data folders are made (node_modules/.cache/starling-bench); its disk decides
  --help          this text
`;

/** @throws ConfigurationError */
export function readOptions(args: readonly string[]): Options {
  const { rounds, seconds, only, json, profile, folder, help } = parse(args);
  return {
    help,
    rounds: count('--rounds', rounds),
    seconds: count('--seconds', seconds),
    only: readSections(only),
    json,
    profile,
    folder: path.resolve(folder),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '5' },
        only: { type: 'string', default: sections.join(',') },
        json: { type: 'string' },
        profile: { type: 'boolean', default: false },
        folder: { type: 'string', default: defaultFolder },
        help: { type: 'boolean', default: false },
      },
    }).values as {
      rounds: string;
      seconds: string;
      only: string;
      json: string | undefined;
      profile: boolean;
      folder: string;
      help: boolean;
    };
  } catch (cause) {
    throw new ConfigurationError(`${messageOf(cause)} See npm run bench -- --help.`, { cause });
  }
}

function readSections(text: string): ReadonlySet<Section> {
  return new Set(
    text.split(',').map((name) => {
      const section = sections.find((each) => each === name.trim());
      if (section === undefined) throw new ConfigurationError(`--only takes ${sections.join(', ')}, not "${name}".`);
      return section;
    }),
  );
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new ConfigurationError(`${name} is "${text}", but takes a whole number from 1.`);
  return value;
}
