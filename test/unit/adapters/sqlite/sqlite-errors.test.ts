import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  isBusy,
  isCannotOpen,
  isCorrupt,
  isFull,
  isInputOutput,
  isReadOnly,
  isSqliteError,
} from '#adapters/sqlite/sqlite-errors.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

let folder: string;
let open: DatabaseSync[];
beforeEach(() => {
  folder = temporaryFolder();
  open = [];
});
afterEach(() => {
  for (const database of open) if (database.isOpen) database.close();
  rmSync(folder, { recursive: true, force: true });
});

function sqlite(options: { readOnly?: boolean; name?: string } = {}): DatabaseSync {
  const database = new DatabaseSync(path.join(folder, options.name ?? 'one.db'), {
    readOnly: options.readOnly ?? false,
    timeout: 0,
  });
  open.push(database);
  return database;
}

const kinds = { isBusy, isCannotOpen, isCorrupt, isFull, isInputOutput, isReadOnly };

it.each<[kind: keyof typeof kinds | 'none', what: string, work: () => unknown]>([
  [
    'isBusy',
    'a lock of another connection',
    () => {
      sqlite().exec('BEGIN EXCLUSIVE');
      sqlite().exec('BEGIN EXCLUSIVE');
    },
  ],
  [
    'isCannotOpen',
    'a folder in its place',
    () => {
      mkdirSync(path.join(folder, 'one.db'));
      sqlite();
    },
  ],
  [
    'isCorrupt',
    'garbage',
    () => {
      writeFileSync(path.join(folder, 'one.db'), 'garbage '.repeat(1_000));
      sqlite().exec('SELECT * FROM sqlite_schema');
    },
  ],
  ['isFull', 'a limit on its pages', () => sqlite().exec('PRAGMA max_page_count = 1; CREATE TABLE t (a)')],
  [
    'isReadOnly',
    'a connection that only reads',
    () => {
      sqlite().exec('CREATE TABLE t (a)');
      sqlite({ readOnly: true }).exec('DROP TABLE t');
    },
  ],
  // An extended code, 1555: what it has in its higher bytes is no kind of its own.
  [
    'none',
    'a key that is taken',
    () => sqlite().exec('CREATE TABLE t (a TEXT PRIMARY KEY); INSERT INTO t VALUES (1); INSERT INTO t VALUES (1)'),
  ],
])('%s: %s', (kind, _, work) => {
  let error: unknown;
  try {
    work();
  } catch (thrown) {
    error = thrown;
  }
  expect(isSqliteError(error)).toBe(true);
  expect(Object.entries(kinds).flatMap(([name, is]) => (is(error) ? [name] : []))).toEqual(
    kind === 'none' ? [] : [kind],
  );
});

it('takes no other error for one of SQLite', () => {
  for (const error of [undefined, 'text', new Error('x'), Object.assign(new Error('x'), { code: 'ENOSPC' })]) {
    expect(isSqliteError(error)).toBe(false);
    expect(isCorrupt(error)).toBe(false);
  }
});
