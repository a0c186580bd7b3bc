import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { ConfigurationError } from '#shared/errors.ts';
import { databaseFile } from './folder.ts';
import { restoreCommand } from './open-problem.ts';

/** The path of the mark file. It exists while a restore exchanges the folder's content. */
export function restoringMark(folder: string): string {
  return path.join(folder, 'restoring');
}

/** A mesh writes these only after its database. The keys of AWS clients may exist before, so they are not listed. */
const behindTheDatabase = ['client.json', 'secrets'];

/**
 * Refuses a folder with an unfinished restore and a folder that lost its database. Both could look like the folder of a
 * new mesh.
 *
 * @throws ConfigurationError
 */
export function checkFolder(folder: string): void {
  if (existsSync(restoringMark(folder))) {
    throw new ConfigurationError(`A restore into the data folder ${folder} was interrupted. Run it again:`, {
      command: restoreCommand,
    });
  }
  const file = databaseFile(folder);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const witness = behindTheDatabase.find((name) => existsSync(path.join(folder, name)));
  if (size === 0 && witness !== undefined) {
    throw new ConfigurationError(
      `The database ${file} is ${existsSync(file) ? 'empty' : 'missing'}, but ${witness} beside it is a mesh's: the database was lost. To begin anew, remove the data folder or set STARLING_DATA to another. To bring back a backup:`,
      { command: restoreCommand },
    );
  }
}
