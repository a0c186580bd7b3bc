import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { ConfigurationError } from '#shared/errors.ts';
import { databaseFile } from './folder.ts';

/** A file that stands in the folder while a restore exchanges what is in it. */
export function restoringMark(folder: string): string {
  return path.join(folder, 'restoring');
}

/** What a mesh writes only when its database is there: keys that AWS clients sign with may come before. */
const behindTheDatabase = ['client.json', 'secrets'];

/**
 * What must not be taken for a new mesh's folder: one whose restore did not end, and one whose database is gone.
 *
 * @throws ConfigurationError
 */
export function checkFolder(folder: string): void {
  if (existsSync(restoringMark(folder))) {
    throw new ConfigurationError(
      `A restore into the data folder ${folder} was interrupted. Run it again: npx starling restore FILE --force.`,
    );
  }
  const file = databaseFile(folder);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const witness = behindTheDatabase.find((name) => existsSync(path.join(folder, name)));
  if (size === 0 && witness !== undefined) {
    throw new ConfigurationError(
      `The database ${file} is ${existsSync(file) ? 'empty' : 'missing'}, but ${witness} beside it is a mesh's: the database was lost. Bring back a backup: npx starling restore FILE --force. To begin anew, remove the data folder or set STARLING_DATA to another.`,
    );
  }
}
