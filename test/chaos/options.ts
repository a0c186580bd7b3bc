import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigurationError, messageOf } from '#shared/errors.ts';

export interface Options {
  readonly help: boolean;
  readonly kills: number;
  readonly seed: number;
  /** Where the report goes as JSON. */
  readonly json: string | undefined;
  readonly folder: string;
}

export const help = `npm run chaos -- [options]

Loads a standalone mesh, kills it with SIGKILL at random moments, starts it again, and compares what it has in the end
with what it acknowledged. Ends with 1 when anything is lost, doubled or out of order.

  --kills N      kills; the load grows with them (20)
  --seed S       of the plan of kills; a run prints its own (random)
  --json FILE    write the report as JSON too
  --folder DIR   an empty folder for the mesh's data, which is kept (a new one among the system's temporary files)
  --help         this text
`;

/** @throws ConfigurationError */
export function readOptions(args: readonly string[]): Options {
  const { help, kills, seed, json, folder } = parse(args);
  return {
    help: help ?? false,
    kills: kills === undefined ? 20 : whole('--kills', kills, 1),
    seed: seed === undefined ? Math.floor(Math.random() * 2 ** 32) : whole('--seed', seed, 0),
    json,
    folder: folder ?? mkdtempSync(path.join(tmpdir(), 'starling-chaos-')),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        kills: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'string' },
        folder: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (cause) {
    throw new ConfigurationError(`${messageOf(cause)} See npm run chaos -- --help.`, { cause });
  }
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new ConfigurationError(`${name} is "${text}", but takes a whole number from ${least}.`);
  return value;
}
