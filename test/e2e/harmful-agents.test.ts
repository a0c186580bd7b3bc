import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminTask } from '#shared/admin/schemas.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { failingStart, fixtureConfig, Mesh, writeFixtureConfig } from '#test/support/mesh.ts';

const patience = { timeout: 55_000, interval: 200 };
const atOnce = { configuration: { returnImmediately: true } };

/** The value, once the mesh answers again. */
async function eventually<T>(get: () => Promise<T>): Promise<T> {
  let value: { readonly got: T } | undefined;
  await expect
    .poll(async () => {
      value = await get().then(
        (got) => ({ got }),
        () => undefined,
      );
      return value !== undefined;
    }, patience)
    .toBe(true);
  return (value as { readonly got: T }).got;
}

/** The process of the mesh below its supervisor. */
function processOf({ pid }: Mesh): number {
  return Number(execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)]).toString());
}

function isRunning(pid: number): boolean {
  const state = execFileSync('sh', ['-c', `ps -o stat= -p ${pid} || true`]).toString();
  return state !== '' && !state.startsWith('Z');
}

const restarts = ({ output }: Mesh) => output.match(/the mesh is back/g)?.length ?? 0;

describe('an agent in process', () => {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await Mesh.start({ config: fixtureConfig, supervised: true });
  });
  afterAll(() => mesh.stop());

  /** Sends the order to the agent, and gives the causes of its attempts when the task has failed. */
  async function causesOf(deed: string): Promise<readonly string[]> {
    const { id } = await mesh.send('menace', deed, atOnce);
    const shown = async () => (await (await mesh.admin(`/admin/tasks/${id}`)).json()) as AdminTask;
    const state = async () => (await mesh.task('menace', id).catch(() => undefined))?.status.state;
    await expect.poll(state, patience).toBe('TASK_STATE_FAILED');
    const { failedAttempts = [] } = await shown();
    expect(failedAttempts.at(-1)?.final).toBe(true);
    expect((await mesh.send('echo', 'the others')).status.state).toBe('TASK_STATE_COMPLETED');
    return failedAttempts.map(({ cause }) => cause.message);
  }

  it.each([
    ['exit', 'The function menace called process.exit(3).'],
    ['exit later', 'The function menace called process.exit(4).'],
    ['abort', 'The function menace called process.abort().'],
    ['kill', expect.stringMatching(/^The function menace called process\.kill\(\d+\)\.$/)],
    ['throw in a timer', 'thrown in a timer'],
    ['reject a promise', 'rejected alone'],
    ['recurse', 'Maximum call stack size exceeded'],
  ])('costs only its own attempts, and no restart: %s', async (deed, cause) => {
    expect(await causesOf(deed)).toEqual([cause, cause]);
    expect(restarts(mesh)).toBe(0);
  });

  it('that never yields costs only its own attempts; the mesh is back, and runs the agent isolated', async () => {
    const neighbour = await mesh.send('patient', 'wait', atOnce);
    await expect.poll(async () => (await mesh.task('patient', neighbour.id)).status.state).toBe('TASK_STATE_WORKING');
    expect(await causesOf('spin later')).toEqual([
      expect.stringMatching(/^The agent stopped the mesh\. It did not yield for \d+ s\.$/),
      'The function menace did not end within its timeout of 3 s.',
    ]);
    expect(restarts(mesh)).toBe(1);
    expect(mesh.output.match(/Starling is ready/g)).toHaveLength(1);
    const line = mesh.output.split('\n').find((each) => each.includes('the watchdog ends this process')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ functionName: 'menace', agentId: 'menace', attempt: 1 });
    expect(JSON.parse(line).stack[0]).toContain('test/fixtures/mesh/agents/menace.ts');

    // The neighbour works on, and has lost no attempt.
    const { failedAttempts } = (await (await mesh.admin(`/admin/tasks/${neighbour.id}`)).json()) as AdminTask;
    expect(failedAttempts ?? []).toEqual([]);
    expect((await mesh.task('patient', neighbour.id)).status.state).toBe('TASK_STATE_WORKING');

    // From now on the agent cannot hold up the mesh.
    expect((await mesh.send('menace', 'behave')).status.state).toBe('TASK_STATE_COMPLETED');
    expect(await causesOf('take buffers')).toEqual(Array(2).fill(expect.stringContaining('its memory of 256 MB')));
    expect(restarts(mesh)).toBe(1);
  });
});

describe('a module that never ends its import', () => {
  it('ends the start, which names the place', async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'looping.ts'), 'export const handler = 1;\nfor (;;);\n');
    const config = writeFixtureConfig(folder, (text) =>
      text.replace(/handler: \S+agents\/asker\.handler/, 'handler: looping.handler'),
    );
    const { code, signal, output } = await failingStart({ config, supervised: true, patienceMs: 100_000 });
    rmSync(folder, { recursive: true, force: true });
    expect([code, signal]).toEqual([null, 'SIGKILL']);
    expect(output).toContain('does not end its import');
    expect(output).toContain('looping.ts:2');
  });
});

describe('a mesh below its supervisor', () => {
  it('is back after a crash, at the same address, and what was in flight runs isolated', async () => {
    const mesh = await Mesh.start({ config: fixtureConfig, supervised: true });
    const { id } = await mesh.send('menace', 'block', atOnce).catch(() => ({ id: undefined }));
    process.kill(processOf(mesh), 'SIGKILL');
    await expect.poll(() => restarts(mesh), patience).toBe(1);
    expect((await eventually(() => mesh.send('echo', 'again'))).status.state).toBe('TASK_STATE_COMPLETED');
    if (id) {
      const state = async () => (await mesh.task('menace', id).catch(() => undefined))?.status.state;
      await expect.poll(state, patience).toBe('TASK_STATE_FAILED');
    }
    expect(restarts(mesh)).toBe(1);
    await mesh.stop();
  });

  it('hears SIGTERM while it hangs', async () => {
    const mesh = await Mesh.start({ config: fixtureConfig, supervised: true });
    await mesh.send('menace', 'spin', atOnce).catch(() => {});
    mesh.signal('SIGTERM');
    await mesh.exited;
    expect(restarts(mesh)).toBe(0);
    expect(mesh.output).toContain('the watchdog ends this process');
  });

  it('ends with its supervisor', async () => {
    const mesh = await Mesh.start({ config: fixtureConfig, supervised: true });
    const pid = processOf(mesh);
    mesh.signal('SIGKILL');
    await expect.poll(() => isRunning(pid), patience).toBe(false);
  });
});
