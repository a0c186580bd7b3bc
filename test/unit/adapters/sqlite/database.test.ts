import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Checkpointer } from '#adapters/sqlite/checkpointer.ts';
import { Database } from '#adapters/sqlite/database.ts';
import { ConfigurationError } from '#shared/errors.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

type SyncCallback = (error: NodeJS.ErrnoException | null) => void;

/** Stands for the disk: says how often it was asked to sync, and can be held up. */
const disk = vi.hoisted(() => ({ syncs: 0, held: undefined as ((error: Error | null) => void)[] | undefined }));

vi.mock('node:fs', async (importOriginal) => ({
  ...(await importOriginal<typeof import('node:fs')>()),
  fdatasync: (_: number, callback: SyncCallback) => {
    disk.syncs++;
    if (disk.held) disk.held.push(callback);
    else setImmediate(callback, null);
  },
}));

let folder: string;
let database: Database;
let fatal: Error[];

beforeEach(() => {
  disk.syncs = 0;
  disk.held = undefined;
  fatal = [];
  folder = temporaryFolder();
  database = Database.open(folder, { onFatal: (error) => fatal.push(error) });
});
afterEach(async () => {
  release();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

function release(error: Error | null = null): void {
  const held = disk.held ?? [];
  disk.held = undefined;
  for (const callback of held) callback(error);
}

/** Lets batches run: resolves when a sync is held up. */
async function untilHeld(): Promise<void> {
  await vi.waitFor(() => expect(disk.held?.length).toBe(1), { interval: 1 });
}
/** Several turns of the event loop. */
async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
}

const insert = (text: string) => {
  database.prepare('INSERT INTO quarantine (time, reason, event) VALUES (0, ?, ?)').run(text, '{}');
  return text;
};
const rows = (of = database) =>
  of
    .prepare('SELECT reason FROM quarantine ORDER BY position')
    .all()
    .map((row) => row.reason);
const failing = (text: string) => () => {
  insert(text);
  throw new Error(`no ${text}`);
};

describe('write', () => {
  it('gives what the unit returned', async () => {
    expect(await database.write(() => insert('a'))).toBe('a');
    expect(rows()).toEqual(['a']);
  });

  it('makes one batch of all that is asked for in a turn of the event loop', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, i) => database.write(() => insert(`${i}`))));
    expect(disk.syncs).toBe(1);
    expect(rows()).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`));
  });

  it('makes one batch of all that comes during a sync', async () => {
    disk.held = [];
    const first = database.write(() => insert('first'));
    await untilHeld();
    const later = [];
    for (const text of ['a', 'b', 'c']) {
      later.push(database.write(() => insert(text)));
      await turns();
    }
    expect(rows()).toEqual(['first']);
    release();
    await Promise.all([first, ...later]);
    expect(rows()).toEqual(['first', 'a', 'b', 'c']);
    expect(disk.syncs).toBe(2);
  });

  it('lets a unit see what the units before it did', async () => {
    const [, seen] = await Promise.all([database.write(() => insert('a')), database.write(() => rows())]);
    expect(seen).toEqual(['a']);
  });

  it('undoes a unit that fails, and no other of the batch', async () => {
    const effect = vi.fn();
    const answers = await Promise.allSettled([
      database.write(() => insert('a')),
      database.write(() => {
        database.afterDurable(effect);
        failing('b')();
      }),
      database.write(() => insert('c')),
    ]);
    expect(answers).toMatchObject([{ value: 'a' }, { reason: new Error('no b') }, { value: 'c' }]);
    expect(rows()).toEqual(['a', 'c']);
    expect(effect).not.toHaveBeenCalled();
  });

  it('takes back what failing units, and those that begin anew with them, noted in memory', async () => {
    const noted = new Set<string>();
    const told: string[] = [];
    const noting = (text: string, work: () => unknown = () => {}) =>
      database.write(() => {
        if (noted.has(text)) throw new Error(`${text} is noted already`);
        insert(text);
        noted.add(text);
        database.onRollback(() => noted.delete(text));
        database.afterDurable(() => told.push(text));
        return work();
      });
    const answers = await Promise.allSettled([
      noting('a'),
      noting('b', failing('b again')),
      noting('c'),
      noting('d', failing('d again')),
      noting('e'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(rows()).toEqual(['a', 'c', 'e']);
    expect([...noted]).toEqual(['a', 'c', 'e']);
    expect(told).toEqual(['a', 'c', 'e']);
  });

  it('runs no unit more than twice because of those that throw before they write', async () => {
    const runs = vi.fn(() => insert('a'));
    const refusing = vi.fn(() => {
      throw new Error('no');
    });
    const answers = await Promise.allSettled([
      database.write(runs),
      ...Array.from({ length: 10 }, () => database.write(refusing)),
      database.write(runs),
    ]);
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(10);
    expect(runs.mock.calls.length).toBeLessThanOrEqual(4);
    expect(refusing.mock.calls.length).toBeLessThanOrEqual(20);
    expect(rows()).toEqual(['a', 'a']);
  });

  it('tells nobody before it is durable, and then everybody in order', async () => {
    disk.held = [];
    const told: string[] = [];
    const units = ['a', 'b'].map((text) =>
      database
        .write(() => {
          insert(text);
          database.afterDurable(() => told.push(`${text} effect 1`));
          database.afterDurable(() => told.push(`${text} effect 2`));
        })
        .then(() => told.push(`${text} written`)),
    );
    await untilHeld();
    await turns();
    expect(rows()).toEqual(['a', 'b']);
    expect(told).toEqual([]);
    release();
    await Promise.all(units);
    expect(told).toEqual(['a effect 1', 'a effect 2', 'b effect 1', 'b effect 2', 'a written', 'b written']);
  });

  it('takes effects only from transactions', async () => {
    expect(() => database.afterDurable(() => {})).toThrow();
    await database.write(() => insert('a'));
    expect(() => database.afterDurable(() => {})).toThrow();
  });
});

describe('attempt', () => {
  it('undoes a part that fails, with its effects, and lets the unit go on', async () => {
    const told: string[] = [];
    await database.write(() => {
      insert('before');
      database.afterDurable(() => told.push('before'));
      expect(() =>
        database.attempt(() => {
          database.afterDurable(() => told.push('part'));
          database.onRollback(() => told.push('part undone'));
          failing('part')();
        }),
      ).toThrow('no part');
      expect(
        database.attempt(() => {
          database.afterDurable(() => told.push('good part'));
          return insert('good part');
        }),
      ).toBe('good part');
      insert('after');
      database.afterDurable(() => told.push('after'));
    });
    expect(rows()).toEqual(['before', 'good part', 'after']);
    // The unit has run twice: only then does it know that the part has to be undone alone.
    expect(told).toEqual(['part undone', 'part undone', 'before', 'good part', 'after']);
  });

  it('undoes nothing alone where none has failed', async () => {
    const unit = vi.fn(() => database.attempt(() => insert('part')));
    await database.write(unit);
    expect(unit).toHaveBeenCalledTimes(1);
    expect(rows()).toEqual(['part']);
  });

  it('lets the other units of its batch do their work once, and in their order', async () => {
    const units = ['a', 'b', 'c'].map((text) =>
      database.write(() => {
        insert(text);
        if (text === 'b') expect(() => database.attempt(failing('part'))).toThrow('no part');
      }),
    );
    await Promise.all(units);
    expect(rows()).toEqual(['a', 'b', 'c']);
  });

  it('is undone with its unit', async () => {
    const unit = database.write(() => {
      database.attempt(() => insert('part'));
      failing('unit')();
    });
    await expect(unit).rejects.toThrow('no unit');
    expect(rows()).toEqual([]);
  });
});

describe('writeLazily', () => {
  it('waits for no sync', async () => {
    disk.held = [];
    expect(await database.writeLazily(() => insert('a'))).toBe('a');
    expect(await database.writeLazily(() => rows())).toEqual(['a']);
    expect(disk.syncs).toBe(0);
  });

  it('waits for the sync of a write before it in its batch, whose rows it may have read', async () => {
    disk.held = [];
    const told: string[] = [];
    const units = [
      database.writeLazily(() => insert('lazy before')).then(() => told.push('lazy before')),
      database.write(() => insert('write')).then(() => told.push('write')),
      database.writeLazily(() => rows()).then(() => told.push('lazy behind')),
    ];
    await untilHeld();
    await turns();
    expect(told).toEqual(['lazy before']);
    release();
    await Promise.all(units);
    expect(told).toEqual(['lazy before', 'write', 'lazy behind']);
  });

  it('is kept over a close', async () => {
    await database.writeLazily(() => insert('a'));
    await database.close();
    database = Database.open(folder);
    expect(rows()).toEqual(['a']);
  });

  it('undoes a unit that fails', async () => {
    await expect(database.writeLazily(failing('a'))).rejects.toThrow('no a');
    expect(rows()).toEqual([]);
  });
});

describe('read', () => {
  it('answers at once while nothing is being synced', async () => {
    await database.write(() => insert('a'));
    expect(database.read(() => rows())).toEqual(['a']);
  });

  it('waits for the sync under way, so that nobody sees what a crash would take back', async () => {
    disk.held = [];
    const written = database.write(() => insert('a'));
    await untilHeld();
    const seen = vi.fn();
    const reading = Promise.resolve(database.read(() => rows())).then(seen);
    await turns();
    expect(seen).not.toHaveBeenCalled();
    release();
    await Promise.all([written, reading]);
    expect(seen).toHaveBeenCalledWith(['a']);
  });
});

describe('a disk that refuses to sync', () => {
  it('fails everybody, then and later, and ends the process', async () => {
    const committed = vi.spyOn(Checkpointer.prototype, 'committed');
    disk.held = [];
    const unit = database.write(() => insert('a'));
    await untilHeld();
    const waiting = database.write(() => insert('b'));
    const reading = database.read(() => rows());
    const all = Promise.allSettled([unit, waiting, reading]);
    release(new Error('EIO'));
    const refused = { status: 'rejected', reason: { code: 'STORE_FAILED', message: expect.stringContaining('EIO') } };
    expect(await all).toMatchObject([refused, refused, refused]);
    await expect(database.write(() => insert('c'))).rejects.toMatchObject({ code: 'STORE_FAILED' });
    await expect(database.writeLazily(() => insert('c'))).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(() => database.read(() => rows())).toThrow('EIO');
    expect(fatal).toMatchObject([{ code: 'STORE_FAILED' }]);
    // Nothing is moved into the database of a log that the disk may not have.
    expect(committed).not.toHaveBeenCalled();
    committed.mockRestore();
  });
});

describe('close', () => {
  it('ends what waits, then refuses more', async () => {
    const unit = database.write(() => insert('a'));
    const closed = database.close();
    await expect(database.write(() => insert('b'))).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await expect(unit).resolves.toBe('a');
    await closed;
    await database.close();
    database = Database.open(folder);
    expect(rows()).toEqual(['a']);
  });

  it('waits for the sync under way', async () => {
    disk.held = [];
    const unit = database.write(() => insert('a'));
    await untilHeld();
    const closed = vi.fn();
    const closing = database.close().then(closed);
    await turns();
    expect(closed).not.toHaveBeenCalled();
    release();
    await Promise.all([unit, closing]);
  });

  it('leaves no log of writes behind', async () => {
    await database.write(() => insert('a'));
    expect(existsSync(`${database.file}-wal`)).toBe(true);
    await database.close();
    expect(readdirSync(folder).toSorted()).toEqual(['lock', 'starling.db']);
  });
});

describe('open', () => {
  const refusal = (of = folder): ConfigurationError => {
    try {
      Database.open(of);
    } catch (error) {
      if (error instanceof ConfigurationError) return error;
      throw error;
    }
    throw new Error('it opened');
  };

  it('makes a folder that only its owner can read', async () => {
    const fresh = path.join(folder, 'a/b');
    const inner = Database.open(fresh);
    expect(statSync(fresh).mode & 0o777).toBe(0o700);
    await inner.close();
  });

  it('refuses a folder that this process has open', () => {
    expect(refusal().message).toContain(folder);
    expect(refusal().message).toContain('STARLING_DATA');
  });

  it('keeps a file of an older run', async () => {
    await database.write(() => insert('a'));
    await database.close();
    database = Database.open(folder);
    await database.write(() => insert('b'));
    expect(rows()).toEqual(['a', 'b']);
  });

  it('refuses a file of a newer version, and leaves it as it is', async () => {
    await database.close();
    const file = path.join(folder, 'starling.db');
    const other = new DatabaseSync(file);
    const version = other.prepare('PRAGMA user_version').get()?.user_version;
    other.exec('PRAGMA user_version = 999');
    other.close();
    expect(refusal().message).toMatch(/newer Starling.*999.*STARLING_DATA/s);
    const restored = new DatabaseSync(file);
    expect(restored.prepare('PRAGMA user_version').get()).toEqual({ user_version: 999 });
    restored.exec(`PRAGMA user_version = ${version}`);
    restored.close();
    // The refused attempt let go of the folder.
    database = Database.open(folder);
  });

  it('refuses a file that is no database', async () => {
    await database.close();
    writeFileSync(path.join(folder, 'starling.db'), 'not a database, but long enough to be taken for one'.repeat(100));
    expect(refusal().message).toMatch(/starling\.db.*STARLING_DATA/s);
    rmSync(path.join(folder, 'starling.db'));
    database = Database.open(folder);
  });

  it.each(['a-file', 'a-file/below'])('refuses a folder that cannot be: %s', (name) => {
    writeFileSync(path.join(folder, 'a-file'), '');
    expect(refusal(path.join(folder, name)).message).toMatch(/a-file.*STARLING_DATA/s);
  });
});

describe('in a process of its own', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  function start(command: 'hold' | 'grow' | 'checkpoint', of: string): ChildProcess {
    const child = fork(path.join(import.meta.dirname, 'database-process.ts'), [command, of], { execArgv: [] });
    children.push(child);
    return child;
  }

  it('holds the folder against others until it dies, even by kill -9', async () => {
    await database.close();
    const child = start('hold', folder);
    expect((await once(child, 'message'))[0]).toBe('held');
    expect(() => Database.open(folder)).toThrow('STARLING_DATA');
    child.kill('SIGKILL');
    await once(child, 'exit');
    database = Database.open(folder);
    expect(rows()).toEqual(['held']);
  });

  it('moves a long log into the file that a process left which was killed before it did', async () => {
    const own = path.join(folder, 'own');
    const child = start('grow', own);
    const [size] = await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const opened = Database.open(own);
    // Nobody writes: it waits for no batches.
    await vi.waitFor(() => expect(statSync(opened.file).size).toBeGreaterThan(size + 9_000_000), { timeout: 10_000 });
    await opened.close();
  });

  it('moves the log of writes into the file now and then, uses it again, and ends by itself', async () => {
    const own = path.join(folder, 'own');
    const child = start('checkpoint', own);
    const [[sizes], [code]] = (await Promise.all([once(child, 'message'), once(child, 'exit')])) as [
      [{ moved: number; log: number; after: number }],
      [number],
    ];
    expect(code).toBe(0);
    expect(sizes.moved).toBeGreaterThan(1_000_000);
    // What is written after the checkpoint goes over the old pages.
    expect(sizes.after).toBe(sizes.log);
    expect(readdirSync(own).toSorted()).toEqual(['lock', 'starling.db']);
  });
});
