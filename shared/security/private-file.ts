import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, StarlingError } from '#shared/errors.ts';
import { makeFolder } from '#shared/make-folder.ts';
import { syncFolder } from '#shared/sync-folder.ts';

const OWNER_ONLY_FILE = 0o600;

/** A file of keys could not be written. It does not exist, or it is unchanged. */
export class PrivateFileError extends StarlingError {
  constructor(file: string, cause: unknown) {
    super(
      'FILE_NOT_WRITTEN',
      `${file} cannot be written (${messageOf(cause)}). See that its disk has room and its folder may be written, and try again.`,
      { cause },
    );
  }
}

/** The text of a private file. Undefined: there is no file. It follows no symbolic link. */
export async function readPrivateFile(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, { encoding: 'utf8', flag: constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) });
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * Writes a file that only its owner can read, in a folder that only its owner can enter. Afterwards the file is
 * complete and on the disk, or unchanged: a new file is written beside it, synced, and renamed.
 *
 * @throws PrivateFileError
 */
export async function writePrivateFile(file: string, text: string, encoding: BufferEncoding = 'utf8'): Promise<void> {
  await withNewFile(file, Buffer.from(text, encoding), (made) => rename(made, file));
}

/**
 * Writes the file only if it does not exist. Returns whether it wrote.
 *
 * @throws PrivateFileError
 */
export async function createPrivateFile(file: string, text: string): Promise<boolean> {
  try {
    // Uses a link, because a link fails where the name is taken. A rename does not fail.
    await withNewFile(file, Buffer.from(text), (made) => link(made, file));
    return true;
  } catch (error) {
    if (error instanceof PrivateFileError && hasCode(error.cause, 'EEXIST')) return false;
    throw error;
  }
}

export async function deletePrivateFile(file: string): Promise<void> {
  await rm(file, { force: true });
  await syncFolder(path.dirname(file)).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
  });
}

async function withNewFile(file: string, bytes: Buffer, publish: (made: string) => Promise<void>): Promise<void> {
  try {
    await writeAndPublish(file, bytes, publish);
  } catch (error) {
    throw new PrivateFileError(file, error);
  }
}

async function writeAndPublish(file: string, bytes: Buffer, publish: (made: string) => Promise<void>): Promise<void> {
  const folder = path.dirname(file);
  makeFolder(folder);
  const made = path.join(folder, `.${path.basename(file)}.${randomUUID()}`);
  try {
    const handle = await open(made, 'wx', OWNER_ONLY_FILE);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await publish(made);
  } finally {
    await rm(made, { force: true });
  }
  await syncFolder(folder);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
