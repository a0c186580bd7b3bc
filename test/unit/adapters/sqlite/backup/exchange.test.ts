import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { backUp } from '#adapters/sqlite/backup/back-up.ts';
import { exchange } from '#adapters/sqlite/backup/exchange.ts';
import { restore } from '#adapters/sqlite/backup/restore.ts';
import { Database } from '#adapters/sqlite/database.ts';
import { TestClock, temporaryFolder } from '#test/support/fixtures.ts';
import { contentOf, countIn, keys, makeMeshFolder } from './mesh-folder.ts';

/** Steps until the process dies; each that changes the folder counts. */
const life = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY }));

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const mortal =
    <Arguments extends readonly unknown[], Result>(step: (...args: Arguments) => Result) =>
    (...args: Arguments): Result => {
      if (life.left-- <= 0) throw new Error('killed');
      return step(...args);
    };
  return {
    ...fs,
    openSync: mortal(fs.openSync),
    mkdirSync: mortal(fs.mkdirSync),
    renameSync: mortal(fs.renameSync),
    rmSync: mortal(fs.rmSync),
  };
});

const clock = new TestClock();
const place = temporaryFolder();
const file = path.join(place, 'mesh.backup');
const OLD = 3;
const NEW = 7;

beforeAll(async () => {
  const source = path.join(place, 'source');
  await makeMeshFolder(source, NEW);
  await backUp({ folder: source, file, force: false, clock });
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

it('leaves the old, the new or a folder that no mesh starts with, wherever it is killed', async () => {
  const seen = new Set<string>();
  for (let steps = 0; !seen.has('new'); steps++) {
    expect(steps).toBeLessThan(100);
    const folder = path.join(place, `data-${steps}`);
    const unpacked = path.join(folder, '.restoring-1');
    await makeMeshFolder(folder, OLD);
    await makeMeshFolder(unpacked, NEW);

    life.left = steps;
    let finished = true;
    try {
      exchange(folder, unpacked, new Date(0));
    } catch (error) {
      expect(error).toMatchObject({ message: 'killed' });
      finished = false;
    }
    life.left = Number.POSITIVE_INFINITY;

    const state = await stateOf(folder);
    seen.add(state);
    if (finished) expect(state).toBe('new');
    // The database that was there is never gone.
    const kept = ['.', 'replaced-1970-01-01T00-00-00.000Z'].some((name) => {
      const database = path.join(folder, name, 'starling.db');
      return existsSync(database) && countIn(path.dirname(database)).events === OLD;
    });
    expect(kept).toBe(true);

    await restore({ file, folder, force: true, clock });
    expect(await stateOf(folder)).toBe('new');
    const content = contentOf(folder);
    for (const [name, bytes] of Object.entries(keys)) expect(content[name]?.bytes).toBe(bytes);
  }
  expect([...seen].toSorted()).toEqual(['new', 'old', 'refused']);
});

async function stateOf(folder: string): Promise<string> {
  try {
    await Database.open(folder).close();
  } catch (error) {
    expect((error as Error).message).toMatch(/A restore into the data folder .* was interrupted/);
    return 'refused';
  }
  const { events } = countIn(folder);
  return events === OLD ? 'old' : events === NEW ? 'new' : `${events} events`;
}
