import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { awsCredentials } from '#shared/security/aws-credentials.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { bearer } from '#test/support/mesh-client.ts';
import { describeOnSmallDisk, SmallDisk } from '#test/support/small-disk.ts';
import { runCommand } from '#test/unit/cli/command.ts';

// Each starts several meshes, on machines that may be busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });

const place = temporaryFolder();
let mesh: Mesh | undefined;
afterEach(async () => {
  await mesh?.stop();
  mesh = undefined;
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

async function start(name: string, port = '0'): Promise<Mesh> {
  mesh = await Mesh.start({ data: path.join(place, name), config: fixtureConfig, env: { STARLING_PORT: port } });
  return mesh;
}

const command = (data: string, ...words: readonly string[]) =>
  runCommand({ url: 'http://127.0.0.1:1', folder: data }, words);

/** Calls and events from several callers, until it is stopped. What was acknowledged is noted as soon as it is. */
class Load {
  readonly tasks: string[] = [];
  readonly events: string[] = [];
  #going = true;
  readonly #callers: Promise<void>;

  constructor(of: Mesh) {
    this.#callers = Promise.all([...Array.from({ length: 8 }, () => this.#call(of)), this.#put(of)]).then(() => {});
  }

  async stop(): Promise<void> {
    this.#going = false;
    await this.#callers;
  }

  async #call(of: Mesh): Promise<void> {
    while (this.#going) this.tasks.push((await of.send('echo', 'x'.repeat(1_000))).id);
  }

  async #put(of: Mesh): Promise<void> {
    while (this.#going) {
      const id = randomUUID();
      const response = await fetch(`${of.url}/events`, {
        method: 'POST',
        headers: { ...bearer(await of.token()), 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify({ specversion: '1.0', id, source: 'com.example', type: 'Put.v1', data: {} }),
      });
      if (!response.ok) throw new Error(await response.text());
      await response.arrayBuffer();
      this.events.push(id);
    }
  }
}

describe('a backup of a mesh under load', () => {
  const file = path.join(place, 'mesh.backup');
  let token: string;
  let port: string;
  let secret: string;
  let keys: unknown;
  let tasks: readonly string[];
  let events: readonly string[];

  beforeAll(async () => {
    const running = await start('data');
    token = await running.token();
    port = new URL(running.url).port;
    secret = running.client.clientSecret;
    keys = await awsCredentials(running.data);
    const load = new Load(running);
    await vi.waitFor(() => expect(load.tasks.length).toBeGreaterThan(200), { timeout: 60_000 });
    [tasks, events] = [[...load.tasks], [...load.events]];
    expect(await command(running.data, 'backup', file)).toMatchObject({ code: 0, stderr: '' });
    const meanwhile = load.tasks.length;
    // The mesh goes on as before.
    await vi.waitFor(() => expect(load.tasks.length).toBeGreaterThan(meanwhile + 50), { timeout: 60_000 });
    await load.stop();
    expect(meanwhile).toBeGreaterThan(tasks.length);
    expect(events.length).toBeGreaterThan(0);

    // Whatever the folder holds beside SQLite's own files is in the backup.
    const backup = new DatabaseSync(file, { readOnly: true });
    const paths = backup.prepare('SELECT path FROM starling_backup_files').all();
    backup.close();
    const names = readdirSync(running.data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(running.data, path.join(entry.parentPath, entry.name)));
    expect(paths.map((row) => row.path).toSorted()).toEqual(
      names.filter((name) => !/^(lock(-journal)?|starling\.db(-wal|-shm)?)$/.test(name)).toSorted(),
    );

    await running.stop();
    const { code, stdout } = await command(path.join(place, 'restored'), 'restore', file, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).tasks).toBeGreaterThanOrEqual(tasks.length);
  });

  it('holds whole tasks and logs, and every event that was acknowledged before it', () => {
    const restored = new DatabaseSync(path.join(place, 'restored/starling.db'), { readOnly: true });
    expect(restored.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    const numbers = (sql: string) =>
      restored
        .prepare(sql)
        .all()
        .map((row) => Object.values(row));
    // Positions have no gap, and a task knows its last one.
    expect(
      numbers(`SELECT t.id FROM tasks t LEFT JOIN task_log l USING (task) GROUP BY t.task
               HAVING count(l.position) <> t.position OR max(l.position) <> t.position`),
    ).toEqual([]);
    // What a log points at is in the archive.
    expect(
      numbers(
        'SELECT l.task FROM task_log l WHERE l.event IS NOT NULL AND l.event NOT IN (SELECT position FROM events)',
      ),
    ).toEqual([]);
    const archive = new Set(
      restored
        .prepare("SELECT json_extract(event, '$.detail.id') AS id FROM events WHERE source = 'com.example'")
        .all()
        .map(({ id }) => id),
    );
    expect(events.filter((id) => !archive.has(id))).toEqual([]);
    restored.close();
  });

  it('becomes a mesh with every task that was acknowledged before it, and the same keys', async () => {
    // Tokens bear the address of the mesh.
    const restored = await start('restored', port);
    expect(restored.client.clientSecret).toBe(secret);
    expect(await awsCredentials(restored.data)).toEqual(keys);
    const headers = { ...bearer(token), 'content-type': 'application/json', 'a2a-version': '1.0' };
    for (const id of tasks) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'GetTask', params: { id } });
      const response = await fetch(`${restored.url}/agents/echo`, { method: 'POST', headers, body });
      const { result } = (await response.json()) as { result: { status: object; artifacts: unknown[] } };
      expect(result).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' }, artifacts: [expect.anything()] });
    }
    // The client of the old mesh gets tokens of the new one.
    expect((await restored.send('echo', 'and it goes on')).status.state).toBe('TASK_STATE_COMPLETED');
    for (const name of ['starling.db', 'client.json', 'aws-credentials.json', 'secrets/token-signing-keys']) {
      expect(statSync(path.join(restored.data, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('is refused where a mesh runs, which it does not disturb', async () => {
    const running = await start('restored');
    const { code, stderr } = await command(running.data, 'restore', file, '--force');
    expect(code).toBe(1);
    expect(stderr).toContain('Another process has the data folder');
    expect((await running.send('echo', 'undisturbed')).status.state).toBe('TASK_STATE_COMPLETED');
  });
});

describeOnSmallDisk('a disk without room', { timeout: 90_000 }, () => {
  let disk: SmallDisk;
  beforeAll(() => {
    disk = new SmallDisk(64);
  });
  afterAll(() => disk.remove());

  it('gets no backup and no restored mesh, and keeps nothing of them', async () => {
    const running = await start('small');
    const file = path.join(place, 'small.backup');
    expect(await command(running.data, 'backup', file)).toMatchObject({ code: 0 });
    const onDisk = path.join(disk.folder, 'small.backup');
    const backup = await command(running.data, 'backup', onDisk);
    expect(backup).toMatchObject({ code: 1, stdout: '' });
    expect(backup.stderr).toMatch(/cannot be written to .*its disk is full/);
    expect(readdirSync(disk.folder)).toEqual([]);

    const folder = path.join(disk.folder, 'data');
    const restored = await command(folder, 'restore', file);
    expect(restored).toMatchObject({ code: 1, stdout: '' });
    expect(restored.stderr).toMatch(/cannot be restored into .*its disk is full/);
    expect(readdirSync(folder).filter((name) => name !== 'lock')).toEqual([]);
    expect(readFileSync(file).length).toBeGreaterThan(64 * 1024);
  });
});
