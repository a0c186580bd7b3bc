import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Files beside the database. Without them the tokens and clients of the mesh would no longer be valid. */
const files = ['client.json', 'aws-credentials.json'] as const;
const SECRETS = 'secrets';

/** The names in a data folder, except the database, that belong to one mesh. */
export const keyNames = [...files, SECRETS] as const;

/** A file with its path in the data folder. The path has `/` on every system. */
export interface KeyFile {
  readonly path: string;
  readonly content: Uint8Array;
}

export function readKeyFiles(folder: string): readonly KeyFile[] {
  // A file that is being written has a name that begins with a dot.
  const secrets = namesIn(path.join(folder, SECRETS)).filter((name) => !name.startsWith('.'));
  const all = [...files, ...secrets.map((name) => `${SECRETS}/${name}`)];
  return all.flatMap((name) => {
    const content = unlessMissing(() => readFileSync(path.join(folder, name)));
    return content === undefined ? [] : [{ path: name, content }];
  });
}

/** True: a backup may contain this file. Attack: a forged backup names a path elsewhere in the file system. */
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
