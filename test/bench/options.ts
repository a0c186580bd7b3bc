import path from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigurationError, messageOf } from '../../shared/errors.ts';

export interface Options {
  readonly help: boolean;
  readonly rounds: number;
  /** Of load, per round and server. */
  readonly seconds: number;
  /** Where the figures go as JSON. */
  readonly json: string | undefined;
  readonly profile: boolean;
  /** Only the initialisation of the packaged functions. */
  readonly inits: boolean;
  /** Holds the data folders of the benchmark, on the disk that is measured. */
  readonly folder: string;
}

/** Not the system's folder for temporary files, which is memory on many machines: syncing there costs nothing. */
const defaultFolder = path.join(import.meta.dirname, '../../node_modules/.cache/starling-bench');

export const help = `npm run bench -- [options]

Measures the mesh against the bare server of @a2a-js/sdk, side by side on this machine.

  --rounds N      rounds, each with both servers in turn (5)
  --seconds S     seconds of load a round and server (5)
  --json FILE     write the figures as JSON too
  --inits         measure only the initialisation of the functions that are packaged for AWS
  --profile       instead, run the mesh once under load with --cpu-prof, and say where the time goes
  --folder DIR    where the data folders are made (node_modules/.cache/starling-bench); its disk decides
  --help          this text
`;

/** @throws ConfigurationError */
export function readOptions(args: readonly string[]): Options {
  const { rounds, seconds, json, profile, inits, folder, help } = parse(args);
  return {
    help,
    rounds: count('--rounds', rounds),
    seconds: count('--seconds', seconds),
    json,
    profile,
    inits,
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
        json: { type: 'string' },
        profile: { type: 'boolean', default: false },
        inits: { type: 'boolean', default: false },
        folder: { type: 'string', default: defaultFolder },
        help: { type: 'boolean', default: false },
      },
    }).values as {
      rounds: string;
      seconds: string;
      json: string | undefined;
      profile: boolean;
      inits: boolean;
      folder: string;
      help: boolean;
    };
  } catch (cause) {
    throw new ConfigurationError(`${messageOf(cause)} See npm run bench -- --help.`, { cause });
  }
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new ConfigurationError(`${name} is "${text}", but takes a whole number from 1.`);
  return value;
}
