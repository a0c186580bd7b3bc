import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What a data folder holds beside the database: without it tokens and clients of the mesh would not be valid any more. */
const files = ['client.json', 'aws-credentials.json'] as const;
const SECRETS = 'secrets';

/** The names in a data folder that a mesh of its own brings along, its database aside. */
export const keyNames = [...files, SECRETS] as const;

/** A file by its path in the data folder, with `/` on every system. */
export interface KeyFile {
  readonly path: string;
  readonly content: Uint8Array;
}

export function readKeyFiles(folder: string): readonly KeyFile[] {
  // A name that begins with a dot is of a file that is being written.
  const secrets = namesIn(path.join(folder, SECRETS)).filter((name) => !name.startsWith('.'));
  const all = [...files, ...secrets.map((name) => `${SECRETS}/${name}`)];
  return all.flatMap((name) => {
    const content = unlessMissing(() => readFileSync(path.join(folder, name)));
    return content === undefined ? [] : [{ path: name, content }];
  });
}

/** Whether a backup may name this file: one that was made up must not write elsewhere in the file system. */
export function isKeyFile(name: string): boolean {
  return files.some((known) => known === name) || /^secrets\/[a-z0-9][a-z0-9-]*$/.test(name);
}

export function makeSecretsFolder(folder: string): string {
  const secrets = path.join(folder, SECRETS);
  mkdirSync(secrets, { mode: 0o700 });
  return secrets;
}

function namesIn(folder: string): readonly string[] {
  return unlessMissing(() => readdirSync(folder)) ?? [];
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
