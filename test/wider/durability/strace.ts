import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** What a process did to its files and connections, in the order in which it did so. */
export type Operation =
  /** Bytes are in the page cache, and not on the disk. */
  | { readonly type: 'wrote'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly type: 'resized'; readonly file: string; readonly size: number }
  /** A thread asks for what is written so far to be put on the disk, and is told that it is. */
  | { readonly type: 'syncing' | 'synced'; readonly file: string; readonly thread: string }
  /** Bytes are about to leave by a connection. */
  | { readonly type: 'sends'; readonly text: string };

const syncs = ['fdatasync', 'fsync'];
const sends = ['write', 'writev', 'sendto', 'sendmsg'];
/** What the model of the disk does not know: met on a file of the database, they are an error. */
const unknown = ['pwritev', 'pwritev2', 'fallocate', 'sync_file_range', 'copy_file_range'];

/** Characters of a string that are shown: more than anything that is written at once here. */
const LONGEST = 1_000_000;

/** The command that runs a program under strace as if it was run itself: same process id, same signals. */
export function underStrace(output: string, { syncDelay }: { readonly syncDelay: number }): string[] {
  const calls = ['pwrite64', 'ftruncate', ...syncs, ...sends, ...unknown].join(',');
  return [
    ...['strace', '-D', '-f', '--seccomp-bpf', '-yy', '-s', String(LONGEST), '-o', output],
    ...['-e', `trace=${calls}`, '-e', 'signal=none', '-e', `inject=fdatasync:delay_enter=${syncDelay}`],
  ];
}

/** A call as strace writes it, without its result. */
interface Call {
  readonly name: string;
  /** The first argument: a descriptor, with what it is open for. */
  readonly target: string;
  /** What comes after it. */
  readonly rest: string;
}

/**
 * Reads what strace wrote. The order of its lines can be relied on: a thread that begins or ends a call stands still until
 * strace has taken note. So what ends in one line has ended before what begins in a later one, in whichever thread.
 */
export async function* readStrace(file: string): AsyncIterable<Operation> {
  yield* operationsOf(createInterface({ input: createReadStream(file, 'latin1') }));
}

export async function* operationsOf(lines: Iterable<string> | AsyncIterable<string>): AsyncIterable<Operation> {
  const open = new Map<string, Call>();
  for await (const line of lines) {
    const [, thread = '', text = ''] = /^(\d+) +(.*)$/s.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>/.test(text);
    const call = resumed ? open.get(thread) : callOf(text);
    if (call === undefined) continue;
    open.delete(thread);
    if (!resumed) yield* begun(call, thread);
    if (text.endsWith('<unfinished ...>')) open.set(thread, call);
    else yield* ended(call, thread, resultOf(text));
  }
}

function callOf(text: string): Call | undefined {
  const [, name, target, rest] = /^(\w+)\(\d+<(.*?)>(?=[,) ])(.*)$/s.exec(text) ?? [];
  if (name === undefined || target === undefined || rest === undefined) return undefined;
  if (/(?<!\\)"\.\.\./.test(rest)) throw new Error(`strace cut a string off: ${name} ${target}`);
  return { name, target, rest };
}

function* begun({ name, target, rest }: Call, thread: string): Iterable<Operation> {
  if (syncs.includes(name)) yield { type: 'syncing', file: target, thread };
  else if (sends.includes(name) && /^(TCP|socket:)/.test(target)) {
    yield { type: 'sends', text: bytesOf(rest).toString('utf8') };
  }
}

function* ended({ name, target, rest }: Call, thread: string, result: number): Iterable<Operation> {
  if (syncs.includes(name) && result === 0) yield { type: 'synced', file: target, thread };
  else if (isDatabase(target)) {
    if (name === 'pwrite64') yield { type: 'wrote', file: target, ...writeOf(rest, result) };
    else if (name === 'ftruncate') yield { type: 'resized', file: target, size: sizeOf(rest, result) };
    else if (unknown.includes(name)) throw new Error(`the model of the disk does not know ${name} of ${target}`);
  }
}

/**
 * Whether it is a file that SQLite needs after a crash. There is a rollback journal only while a new file is made, before
 * anything is acknowledged.
 */
function isDatabase(file: string): boolean {
  return /\.db(-wal)?$/.test(file);
}

function writeOf(rest: string, result: number): { readonly offset: number; readonly bytes: Buffer } {
  const [, text = '', offset = ''] = /^, "(.*)", \d+, (\d+)/s.exec(rest) ?? [];
  const bytes = bytesOf(text);
  if (result !== bytes.length) throw new Error(`${result} of ${bytes.length} bytes were written`);
  return { offset: Number(offset), bytes };
}

function sizeOf(rest: string, result: number): number {
  const [, size] = /^, (\d+)/.exec(rest) ?? [];
  if (result !== 0 || size === undefined) throw new Error(`a file did not get another size${rest}`);
  return Number(size);
}

/** What a call returned; -1 where it did not say. */
function resultOf(text: string): number {
  const [, result = '-1'] = /\) += (-?\d+)[^"]*$/.exec(text.slice(-200)) ?? [];
  return Number(result);
}

const escapes: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };
const backslash = '\\'.charCodeAt(0);
const zero = '0'.charCodeAt(0);

/** The bytes of a string as C writes it. */
function bytesOf(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== backslash) {
      bytes[length++] = code;
      continue;
    }
    let value = 0;
    let digits = 0;
    for (; digits < 3; digits++) {
      const digit = text.charCodeAt(at + 1 + digits) - zero;
      if (!(digit >= 0 && digit <= 7)) break;
      value = value * 8 + digit;
    }
    bytes[length++] = digits > 0 ? value : escaped(text.charAt(at + 1));
    at += digits || 1;
  }
  return bytes.subarray(0, length);
}

function escaped(character: string): number {
  const value = escapes[character];
  if (value === undefined) throw new Error(`strace has an escape that is not known: \\${character}`);
  return value;
}
