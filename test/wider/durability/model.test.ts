import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { Disk } from './disk.ts';
import { type Operation, operationsOf } from './strace.ts';

const file = '/data/starling.db-wal';
const write = (text: string, offset = 0, bytes = text.length) =>
  `7 pwrite64(26<${file}>, "${text}", ${bytes}, ${offset}) = ${bytes}`;
const sync = `8 fdatasync(28<${file}>) = 0`;

async function read(...lines: string[]): Promise<readonly Operation[]> {
  const operations: Operation[] = [];
  for await (const operation of operationsOf(lines)) operations.push(operation);
  return operations;
}

/** What is left of the file after what strace saw. */
async function leftAfter(...lines: string[]): Promise<string> {
  const folder = temporaryFolder();
  try {
    const disk = new Disk(folder);
    for (const operation of await read(...lines)) if (operation.type !== 'sends') disk.apply(operation);
    return readdirSync(folder)
      .map((name) => readFileSync(path.join(folder, name), 'latin1'))
      .join();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the model of the disk', () => {
  it.each<[string, string[], string]>([
    ['what was synced', [write('abc'), sync], 'abc'],
    ['nothing that was not', [write('abc')], ''],
    ['what was written over', [write('abcd'), sync, write('XY', 1), sync], 'aXYd'],
    ['the old where the new was not synced', [write('abcd'), sync, write('XY', 1)], 'abcd'],
    ['zeros where nothing was written', [write('a', 2), sync], '\0\0a'],
    ['nothing by a sync that failed', [write('abc'), `8 fdatasync(28<${file}>) = -1 EIO (Input/output error)`], ''],
    ['nothing by a sync of another file', [write('abc'), '8 fsync(9</data/starling.db>) = 0'], ''],
    ['nothing by a sync that has not returned', [write('abc'), `8 fdatasync(28<${file}> <unfinished ...>`], ''],
    ['a new size', [write('abcd'), `7 ftruncate(26<${file}>, 2) = 0`, sync], 'ab'],
  ])('keeps %s', async (_what, lines, left) => {
    expect(await leftAfter(...lines)).toBe(left);
  });

  it('does not keep for sure what was written while a sync was under way', async () => {
    const lines = [
      write('old'),
      `8 fdatasync(28<${file}> <unfinished ...>`,
      write('new', 3),
      '8 <... fdatasync resumed>) = 0 (DELAYED)',
    ];
    expect(await leftAfter(...lines)).toBe('old');
    expect(await leftAfter(...lines, sync)).toBe('oldnew');
  });

  it('has not kept for sure a write that ended after the sync began', async () => {
    const lines = [
      `7 pwrite64(26<${file}>, "abc", 3, 0 <unfinished ...>`,
      `8 fdatasync(28<${file}> <unfinished ...>`,
      '7 <... pwrite64 resumed>) = 3',
      '8 <... fdatasync resumed>) = 0',
    ];
    expect(await leftAfter(...lines)).toBe('');
  });

  it('does not know every call', async () => {
    await expect(read(`7 pwritev(26<${file}>, [{iov_base="a", iov_len=1}], 1, 0) = 1`)).rejects.toThrow('pwritev');
  });
});

describe('strace’s lines', () => {
  it('have bytes as C writes them', async () => {
    const [operation] = await read(write(String.raw`\0\17\3779\001\t\n\v\f\r\"\\`, 0, 12));
    expect(operation).toMatchObject({ bytes: Buffer.from('\0\x0f\xff9\x01\t\n\v\f\r"\\', 'latin1') });
  });

  it('tell of an answer when it begins to leave', async () => {
    const socket = '29<TCP:[127.0.0.1:4280->127.0.0.1:52604]>';
    const operations = await read(
      `8 fdatasync(28<${file}> <unfinished ...>`,
      `7 writev(${socket}, [{iov_base="HTTP/1.1 200 OK\\r\\n", iov_len=17}, {iov_base="{\\"id\\":1}", iov_len=8}], 2 <unfinished ...>`,
      '8 <... fdatasync resumed>) = 0',
      '7 <... writev resumed>) = 25',
      `7 write(1<pipe:[12]>, "a line of the log", 17) = 17`,
    );
    expect(operations.map(({ type }) => type)).toEqual(['syncing', 'sends', 'synced']);
    expect(operations[1]).toMatchObject({ text: expect.stringContaining('{"id":1}') });
  });

  it('must be whole', async () => {
    const cut = `7 pwrite64(26<${file}>, "abc"..., 8192, 0) = 8192`;
    await expect(read(cut)).rejects.toThrow('cut a string off');
    await expect(read(`7 pwrite64(26<${file}>, "abc", 3, 0) = 2`)).rejects.toThrow('2 of 3 bytes');
  });
});
