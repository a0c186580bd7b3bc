import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { migrations } from '#adapters/sqlite/schema.ts';
import { cutTo, damagePage, flip, frameAt, framesIn, PAGE, pagesOf } from '#test/support/damage.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { failingStart, fixtureConfig, Mesh } from '#test/support/mesh.ts';

// Each starts several meshes, on machines that may be busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });

/** Data folders of a mesh that was stopped, and of one that was killed: their tests damage copies of them. */
const folders = temporaryFolder();
const stopped = path.join(folders, 'stopped');
const killed = path.join(folders, 'killed');
/** Tasks that the mesh had acknowledged before. */
const tasks: string[] = [];

beforeAll(async () => {
  const mesh = await Mesh.start({ data: path.join(folders, 'first'), config: fixtureConfig });
  for (let i = 0; i < 40; i++) tasks.push((await mesh.send('echo', `${i} ${'x'.repeat(4_000)}`)).id);
  mesh.signal('SIGKILL');
  await mesh.exited;
  cpSync(mesh.data, killed, { recursive: true });
  const again = await Mesh.start({ data: mesh.data, config: fixtureConfig });
  await again.stop();
  cpSync(mesh.data, stopped, { recursive: true });
});
afterAll(() => rmSync(folders, { recursive: true, force: true }));

let mesh: Mesh | undefined;
afterEach(async () => {
  await mesh?.stop();
  mesh = undefined;
});

let copies = 0;
function copyOf(folder: string): { data: string; database: string; log: string } {
  const data = path.join(folders, `copy-${++copies}`);
  cpSync(folder, data, { recursive: true });
  const database = path.join(data, 'starling.db');
  return { data, database, log: `${database}-wal` };
}

async function start(data: string): Promise<Mesh> {
  mesh = await Mesh.start({ data, config: fixtureConfig });
  return mesh;
}

async function refused(data: string): Promise<string> {
  const { code, output } = await failingStart({ data, config: fixtureConfig });
  expect(code).toBe(1);
  // A sentence for a person, no stack.
  expect(output).not.toMatch(/^\s+at /m);
  return output;
}

async function expectTasks(of: Mesh, ids: readonly string[]): Promise<void> {
  for (const id of ids) expect((await of.task('echo', id)).status.state).toBe('TASK_STATE_COMPLETED');
}

describe('a database that is damaged or lost', () => {
  it.each([
    ['begins with garbage', (file: string) => flip(file, 0, 100)],
    ['has a first page that is none', (file: string) => flip(file, 100, PAGE - 100)],
    ['is cut to half', (file: string) => cutTo(file, 0.5)],
    ['lacks its last page', (file: string) => truncateSync(file, statSync(file).size - PAGE)],
    ['is garbage', (file: string) => writeFileSync(file, 'garbage\n'.repeat(10_000))],
    ['is empty', (file: string) => truncateSync(file, 0)],
    ['is gone', (file: string) => rmSync(file)],
  ])('is refused when it %s, and left as it is', async (_, damage) => {
    const { data, database } = copyOf(stopped);
    damage(database);
    const before = existsSync(database) && readFileSync(database);
    const output = await refused(data);
    expect(output).toContain(database);
    expect(output).toContain(`npx starling --data ${data} restore FILE --force`);
    expect(output).toContain('STARLING_DATA');
    expect(existsSync(database) && readFileSync(database)).toEqual(before);
  });

  it.each(['events', 'tasks', 'task_log', 'sqlite_autoindex_tasks_1'])(
    'is refused after a crash when a page of %s is none',
    async (name) => {
      const { database } = copyOf(stopped);
      const pages = pagesOf(database, name);
      damagePage(database, pages[Math.floor(pages.length / 2)] ?? expect.fail('no page'));
      // A crash leaves a log with something in it.
      const crashed = new DatabaseSync(database);
      crashed.exec("PRAGMA wal_autocheckpoint = 0; INSERT INTO quarantine (time, reason, event) VALUES (0, '', '')");
      const left = path.join(folders, `copy-${++copies}`);
      mkdirSync(left);
      for (const end of ['', '-wal']) cpSync(database + end, path.join(left, `starling.db${end}`));
      crashed.close();
      expect(await refused(left)).toMatch(/is damaged.*npx starling --data \S+ restore/s);
    },
  );

  it('is refused when it is empty and its log is not, which SQLite would delete', async () => {
    const { data, database, log } = copyOf(killed);
    for (const name of ['client.json', 'secrets']) rmSync(path.join(data, name), { recursive: true });
    truncateSync(database, 0);
    const before = readFileSync(log);
    expect(await refused(data)).toContain('was lost');
    expect(readFileSync(log)).toEqual(before);
  });
});

describe('damage that is met while the mesh runs', () => {
  it.each(['tasks', 'sqlite_autoindex_tasks_1', 'task_log'])('ends it with a reason: in %s', async (name) => {
    const { data, database } = copyOf(stopped);
    const running = await start(data);
    // Behind the mesh's back, in pages that it has not read: the file changes, and not what SQLite has in memory.
    const leaf = pagesOf(database, name).at(-1) ?? expect.fail('no page');
    damagePage(database, leaf);
    const last = tasks.at(-1) ?? expect.fail('no task');
    const answer = await running.rpc('echo', 'GetTask', { id: last }).catch((error: unknown) => error);
    expect(answer).not.toMatchObject({ body: { result: expect.anything() } });
    expect(await running.exited).toEqual({ code: 1, signal: null });
    mesh = undefined;
    expect(running.output).toMatch(/the mesh cannot go on.*is damaged/s);
    // It ended as by a crash, so the next start looks through it.
    expect(await refused(data)).toMatch(/damaged.*restore/s);
  });

  it('ends it with a reason in all of it but the first page, and has no call stored', async () => {
    const { data, database } = copyOf(stopped);
    const running = await start(data);
    await running.token();
    flip(database, PAGE, statSync(database).size - PAGE);
    const [task = ''] = tasks;
    const answers = await Promise.allSettled([running.task('echo', task), running.send('echo', 'more')]);
    for (const answer of answers) if (answer.status === 'fulfilled') expect(answer.value).toBeUndefined();
    expect(await running.exited).toEqual({ code: 1, signal: null });
    mesh = undefined;
    expect(running.output).toMatch(/the mesh cannot go on.*is damaged.*backup/s);
  });
});

describe('the log of writes that a crash left', () => {
  it('is read: what was acknowledged is there', async () => {
    const { data } = copyOf(killed);
    const again = await start(data);
    await expectTasks(again, tasks);
    expect(again.output).not.toContain('not whole');
  });

  it('may end in the middle of a transaction', async () => {
    const { data, log } = copyOf(killed);
    truncateSync(log, frameAt(framesIn(log) - 1) + 1_000);
    const again = await start(data);
    await expectTasks(again, tasks.slice(0, -3));
    expect(again.output).not.toContain('not whole');
  });

  it('is told of when it is damaged in the middle, as what follows is not read', async () => {
    const { data, log } = copyOf(killed);
    flip(log, frameAt(Math.floor(framesIn(log) / 2)) + 1_000, 8);
    const again = await start(data);
    await expectTasks(again, tasks.slice(0, 3));
    expect(again.output).toMatch(/"level":"ERROR".*not whole behind its frame \d+/);
  });

  it('is not ignored when its header is damaged', async () => {
    const { data, log } = copyOf(killed);
    flip(log, 16, 4);
    const before = readFileSync(log);
    expect(await refused(data)).toContain(log);
    expect(readFileSync(log)).toEqual(before);
  });
});

describe('a file of another kind', () => {
  it.each([
    ['without a version', 'CREATE TABLE orders (id INTEGER)'],
    ['with a version that Starling has', 'CREATE TABLE orders (id INTEGER); PRAGMA user_version = 2'],
    [
      'with an id of its own',
      'CREATE TABLE events (a); CREATE TABLE tasks (a); CREATE TABLE task_log (a); PRAGMA user_version = 1; PRAGMA application_id = 7',
    ],
  ])('is refused, and left as it is: a database %s', async (_, sql) => {
    const data = path.join(folders, `copy-${++copies}`);
    mkdirSync(data);
    const file = path.join(data, 'starling.db');
    const other = new DatabaseSync(file);
    other.exec(sql);
    const tables = () => other.prepare('SELECT name, sql FROM sqlite_schema').all();
    const before = tables();
    expect(await refused(data)).toContain('something else than Starling');
    expect(tables()).toEqual(before);
    other.close();
  });
});

describe('the schema', () => {
  it('of a newer Starling is refused, and left as it is', async () => {
    const { data, database } = copyOf(stopped);
    const version = (set = '') => {
      const sqlite = new DatabaseSync(database);
      sqlite.exec(set);
      const found = sqlite.prepare('PRAGMA user_version').get()?.user_version;
      sqlite.close();
      return found;
    };
    version('PRAGMA user_version = 999');
    expect(await refused(data)).toContain('newer Starling');
    expect(version()).toBe(999);
  });

  it('of the first Starling is brought up to date, and keeps what it holds', async () => {
    const data = path.join(folders, `copy-${++copies}`);
    mkdirSync(data);
    const old = new DatabaseSync(path.join(data, 'starling.db'));
    old.exec(migrations[0] ?? expect.fail('no schema'));
    old.exec(`
      PRAGMA user_version = 1;
      INSERT INTO messages (queue, message_id, body, sent_at, visible_at) VALUES ('kept', 'id', '{"kept":true}', 1, 1);
      INSERT INTO clients (id, name, secret_hash, scopes, created_at) VALUES ('kept', 'Kept', 'hash', '[]', 1);
    `);
    old.close();
    await start(data);
    await mesh?.stop();
    const migrated = new DatabaseSync(path.join(data, 'starling.db'), { readOnly: true });
    expect(migrated.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length });
    expect(migrated.prepare("SELECT body FROM messages WHERE queue = 'kept'").get()).toEqual({ body: '{"kept":true}' });
    expect(migrated.prepare("SELECT name FROM clients WHERE id = 'kept'").get()).toEqual({ name: 'Kept' });
    migrated.close();
  });
});
