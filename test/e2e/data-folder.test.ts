import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { failingStart, fixtureConfig, Mesh, type MeshOptions } from '#test/support/mesh.ts';
import { describeOnSmallDisk, SmallDisk } from '#test/support/small-disk.ts';

// Each starts several meshes, on machines that may be busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });

const folders: string[] = [];
const folder = () => {
  const made = temporaryFolder();
  folders.push(made);
  return made;
};
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});

async function refused(data: string, options: MeshOptions = {}): Promise<string> {
  const { code, output } = await failingStart({ ...options, data, config: fixtureConfig });
  expect(code).toBe(1);
  expect(output).toContain(data);
  expect(output).toContain('STARLING_DATA');
  // A sentence for a person, no stack.
  expect(output).not.toMatch(/^\s+at /m);
  return output;
}

describe('STARLING_DATA that cannot be', () => {
  it('is a file', async () => {
    const data = path.join(folder(), 'file');
    writeFileSync(data, '');
    expect(await refused(data)).toContain('no folder but a file');
  });

  it('is below a file', async () => {
    const file = path.join(folder(), 'file');
    writeFileSync(file, '');
    expect(await refused(path.join(file, 'data'))).toContain('a part of its path is a file');
  });

  it('is a link to nowhere', async () => {
    const data = path.join(folder(), 'link');
    symlinkSync('/nowhere/at/all', data);
    expect(await refused(data)).toContain('a link to /nowhere/at/all');
  });

  // Node's own mkdir with `recursive` never comes back from there.
  it.skipIf(process.platform !== 'linux').each(['/proc/starling', '/proc/starling/data'])('is %s', async (data) => {
    expect(await refused(data)).toContain('cannot be used');
  });

  it('is another mesh’s', async () => {
    const data = folder();
    const mesh = await Mesh.start({ data, config: fixtureConfig });
    try {
      expect(await refused(data)).toContain('Another process has the data folder');
      expect((await mesh.send('echo', 'unharmed')).status.state).toBe('TASK_STATE_COMPLETED');
    } finally {
      await mesh.stop();
    }
  });

  it('is what an interrupted restore left', async () => {
    const data = folder();
    writeFileSync(path.join(data, 'restoring'), '');
    const { code, output } = await failingStart({ data, config: fixtureConfig });
    expect(code).toBe(1);
    expect(output).toContain(`npx starling --data ${data} restore FILE --force`);
    expect(readdirSync(data).toSorted()).toEqual(['lock', 'restoring']);
  });
});

/** Rights bind everybody but root, who becomes somebody else. */
const asSomebody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

/** Why nobody without rights can run a mesh here; undefined when somebody can. */
function whyNobody(): string | undefined {
  const [program = process.execPath, ...words] = [...asSomebody, process.execPath];
  try {
    execFileSync(program, [...words, '-e', `fs.readFileSync('${import.meta.filename}')`], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `another user cannot run the mesh here: ${String((error as { stderr?: unknown }).stderr ?? error).trim()}`;
  }
}
const withoutRights = process.platform === 'win32' ? 'Windows has no such rights' : whyNobody();
const because = withoutRights === undefined ? '' : ` (skipped: ${withoutRights})`;

describe.skipIf(withoutRights)(`STARLING_DATA without rights${because}`, () => {
  it('may not be written', async () => {
    const data = folder();
    chmodSync(data, 0o555);
    expect(await refused(data, { under: asSomebody })).toContain('this user has no right to it (EACCES)');
  });

  it('cannot be made in its parent', async () => {
    const parent = folder();
    chmodSync(parent, 0o555);
    expect(await refused(path.join(parent, 'data'), { under: asSomebody })).toContain(
      'this user has no right to it (EACCES)',
    );
  });

  it('holds a database that may not be read', async () => {
    const data = folder();
    chmodSync(data, 0o777);
    const mesh = await Mesh.start({ data, config: fixtureConfig });
    await mesh.stop();
    // Left by another user: its files are there, and the folder is open to all.
    rmSync(path.join(data, 'lock'));
    chmodSync(path.join(data, 'starling.db'), 0o000);
    expect(await refused(data, { under: asSomebody })).toMatch(/starling\.db cannot be opened.*EACCES/);
  });
});

describeOnSmallDisk('a disk', { timeout: 90_000 }, () => {
  let disk: SmallDisk;
  let data: string;
  beforeAll(async () => {
    disk = new SmallDisk(16_000);
    data = path.join(disk.folder, 'data');
    const mesh = await Mesh.start({ data, config: fixtureConfig });
    await mesh.send('echo', 'before');
    await mesh.stop();
  });
  afterAll(() => disk.remove());

  it('that is full starts no mesh, and takes none of what is stored', async () => {
    disk.fill();
    expect(await refused(data)).toMatch(/full/);
    disk.free();
    const mesh = await Mesh.start({ data, config: fixtureConfig });
    const { tasks } = (await (await mesh.admin('/admin/tasks')).json()) as { tasks: unknown[] };
    expect(tasks).toHaveLength(1);
    await mesh.stop();
  });

  it('that is mounted read-only', async () => {
    disk.makeReadOnly();
    expect(await refused(data)).toContain('mounted read-only (EROFS)');
    expect(await refused(path.join(disk.folder, 'new'))).toContain('mounted read-only (EROFS)');
  });
});
