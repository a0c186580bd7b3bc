import path from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigurationError, messageOf } from '#shared/errors.ts';

export interface Options {
  readonly help: boolean;
  readonly calls: number;
  /** STARLING_MAX_STORE, in bytes. */
  readonly maxStore: number;
  /** STARLING_RETENTION, in days. */
  readonly retention: number;
  /** Where the figures go as JSON. */
  readonly json: string | undefined;
  /** Holds the data folder, on a disk that syncs. */
  readonly folder: string;
}

const defaultFolder = path.join(import.meta.dirname, '../../../node_modules/.cache/starling-soak');

export const help = `npm run soak -- [options]

Calls a standalone mesh that is bounded tightly, and looks whether its files and its memory stop growing.

  --calls N        blocking calls (200000); the first 100000 are the warm-up
  --max-store N    STARLING_MAX_STORE of the mesh, in bytes (134217728)
  --retention D    STARLING_RETENTION of the mesh, in days (0.01)
  --json FILE      write the figures as JSON too
  --folder DIR     where the data folder is made (node_modules/.cache/starling-soak)
  --help           this text
`;

/** @throws ConfigurationError */
export function readOptions(args: readonly string[]): Options {
  const values = parse(args);
  return {
    help: values.help,
    calls: positive('--calls', values.calls),
    maxStore: positive('--max-store', values['max-store']),
    retention: positive('--retention', values.retention),
    json: values.json,
    folder: path.resolve(values.folder),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        calls: { type: 'string', default: '200000' },
        'max-store': { type: 'string', default: '134217728' },
        retention: { type: 'string', default: '0.01' },
        json: { type: 'string' },
        folder: { type: 'string', default: defaultFolder },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw new ConfigurationError(`${messageOf(cause)} See npm run soak -- --help.`, { cause });
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) {
    throw new ConfigurationError(`${name} is "${text}", but takes a number above 0.`);
  }
  return value;
}
