import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '#adapters/sqlite/database.ts';
import { SqliteMadeResources } from '#adapters/sqlite/made-resources.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

describe('SqliteMadeResources', () => {
  let folder: string;
  let database: Database;
  let made: SqliteMadeResources;
  const open = () => {
    database = Database.open(folder);
    made = new SqliteMadeResources(database);
  };
  beforeEach(() => {
    folder = temporaryFolder();
    open();
  });
  afterEach(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });

  it('are there after a restart, each of its kind, as they were put last', async () => {
    await made.put('queue', { name: 'b', definition: '1' });
    await made.put('queue', { name: 'a', definition: '2' });
    await made.put('queue', { name: 'b', definition: '3' });
    await made.put('rule', { name: 'a', definition: '4' });
    await database.close();
    open();
    expect(await made.all('queue')).toEqual([
      { name: 'a', definition: '2' },
      { name: 'b', definition: '3' },
    ]);
    await made.delete('queue', 'a');
    await made.delete('queue', 'never made');
    expect((await made.all('queue')).map(({ name }) => name)).toEqual(['b']);
    expect(await made.all('rule')).toEqual([{ name: 'a', definition: '4' }]);
  });

  it('are stored with the rest of a transaction or not at all', async () => {
    const change = (name: string, then: () => void) =>
      database.write(() => {
        made.putWithin('queue', { name, definition: '1' });
        then();
      });
    await change('a', () => {});
    const failed = change('b', () => {
      throw new Error('the rest failed');
    });
    await expect(failed).rejects.toThrow('the rest failed');
    expect((await made.all('queue')).map(({ name }) => name)).toEqual(['a']);
  });

  it('get another kind, in the place of one that has the name', async () => {
    await made.put('queue', { name: 'a', definition: 'new' });
    await made.put('deleted-queue', { name: 'a', definition: 'old' });
    await made.rename('queue', 'a', 'deleted-queue');
    await made.rename('queue', 'never made', 'deleted-queue');
    expect(await made.all('queue')).toEqual([]);
    expect(await made.all('deleted-queue')).toEqual([{ name: 'a', definition: 'new' }]);
  });
});
