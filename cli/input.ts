import { createReadStream } from 'node:fs';
import path from 'node:path';
import mime from 'mime';
import { parseSpelled } from '#shared/exact-json.ts';
import { CliError, UsageError } from './errors.ts';
import { type Io, pathFrom } from './io.ts';

/** `-` is standard input, as in many tools. */
export const STDIN = '-';

/**
 * Bytes of one input. It only protects the memory of this command: a mesh takes less, and its error says how much
 * (STARLING_MAX_BODY).
 */
const MAX_INPUT_BYTES = 64 * 1024 * 1024;

type Reading = Pick<Io, 'stdin' | 'cwd'>;

/**
 * Reads a file, or standard input for `-`.
 *
 * @throws CliError INPUT_UNREADABLE, INPUT_TOO_LARGE
 */
export async function readBytes(file: string, io: Reading, maxBytes: number = MAX_INPUT_BYTES): Promise<Buffer> {
  const input = file === STDIN ? io.stdin : createReadStream(pathFrom(io, file));
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of input) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
      length += bytes.length;
      if (length > maxBytes) {
        throw new CliError('INPUT_TOO_LARGE', `${nameOf(file)} has more than ${maxBytes} bytes. Send less.`);
      }
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('INPUT_UNREADABLE', `${nameOf(file)} cannot be read (${reasonOf(error)}).`, { cause: error });
  }
  return Buffer.concat(chunks);
}

/**
 * Reads text in UTF-8.
 *
 * @throws CliError INPUT_UNREADABLE, INPUT_TOO_LARGE
 */
export async function readText(file: string, io: Reading): Promise<string> {
  const bytes = await readBytes(file, io);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CliError('INPUT_UNREADABLE', `${nameOf(file)} is not text in UTF-8.`, { cause });
  }
}

/**
 * Reads the JSON of an option: the JSON itself, or `@` and the name of a file with it. Numbers keep every digit.
 *
 * @param example the option as one may write it
 * @throws UsageError, CliError
 */
export async function readJsonOption(option: string, value: string, example: string, io: Reading): Promise<unknown> {
  const file = value.startsWith('@') ? value.slice(1) : undefined;
  const text = file === undefined ? value : await readText(file, io);
  try {
    return parseSpelled(text);
  } catch {
    if (file !== undefined) throw new UsageError(`${option}: ${nameOf(file)} is not JSON.`);
    throw new UsageError(`${option} is not JSON. Write it like this: ${example}`);
  }
}

/** A file as a part of a message (ProtoJSON). The ending of its name decides its media type. */
export async function readFilePart(file: string, io: Reading) {
  const raw = (await readBytes(file, io)).toString('base64');
  const mediaType = (file === STDIN ? null : mime.getType(file)) ?? 'application/octet-stream';
  return { raw, mediaType, ...(file !== STDIN && { filename: path.basename(file) }) };
}

function nameOf(file: string): string {
  return file === STDIN ? 'Standard input' : file;
}

function reasonOf(error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'ENOENT: there is no such file';
    case 'EACCES':
      return 'EACCES: this user may not read it';
    case 'EISDIR':
      return 'EISDIR: it is a folder';
    default:
      return code;
  }
}
