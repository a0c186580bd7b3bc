import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminTask } from '#shared/admin/schemas.ts';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { failureCases } from './cases/failures.ts';
import { standalone } from './cases/place.ts';

let mesh: Mesh;
beforeAll(async () => {
  mesh = await Mesh.start({ config: fixtureConfig });
});
afterAll(() => mesh.stop());

const counters = async () => (await (await mesh.admin('/metrics')).text()).split('\n');

describe('the first failure', () => {
  it('is counted', async () => {
    expect((await mesh.send('stubborn', 'please')).status.state).toBe('TASK_STATE_FAILED');
    await expect.poll(counters).toContain('starling_dead_letters_total{function="stubborn"} 1');
    expect(await counters()).toContain('starling_agent_retries_total{agent="stubborn"} 1');
    expect(await counters()).toContain('starling_agent_attempts_total{agent="stubborn"} 2');
    expect(await counters()).toContain('starling_tasks_ended_total{agent="stubborn",state="TASK_STATE_FAILED"} 1');
  });
});

failureCases(() => mesh, standalone);

describe('deadlines', () => {
  it('are each kept, also when another passes before', async () => {
    const tasks = [0, 400, 800].map(async (delay) => {
      await new Promise((resolve) => setTimeout(resolve, delay));
      return mesh.send('sleeper', `after ${delay} ms`);
    });
    // A call whose task was not ended in time comes back with the task at work.
    for (const task of await Promise.all(tasks)) expect(task.status.state).toBe('TASK_STATE_FAILED');
  });
});

describe('an agent that lets errors fall', () => {
  it('fails its own attempts alone, and the operator reads why', async () => {
    const { id, status } = await mesh.send('careless', 'go');
    expect(status.state).toBe('TASK_STATE_FAILED');
    expect((await mesh.send('echo', 'and the others')).status.state).toBe('TASK_STATE_COMPLETED');
    const { failedAttempts } = (await (await mesh.admin(`/admin/tasks/${id}`)).json()) as AdminTask;
    expect(failedAttempts?.map(({ cause }) => cause.message)).toEqual([
      'a floating promise',
      'a floating promise',
      'a floating promise',
    ]);
    for (const text of ['a floating promise', 'a throwing timer']) expect(mesh.output).toContain(text);
  });
});

describe('cancel', () => {
  it('tells the agent to stop', async () => {
    const { id } = await mesh.send('patient', 'wait', { configuration: { returnImmediately: true } });
    await expect.poll(async () => (await mesh.task('patient', id)).status.state).toBe('TASK_STATE_WORKING');
    await mesh.rpc('patient', 'CancelTask', { id });
    await expect.poll(() => mesh.output).toContain('told to stop');
  });
});
