import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureConfig, Mesh } from '../support/mesh.ts';

let mesh: Mesh;
beforeAll(async () => {
  mesh = await Mesh.start({ config: fixtureConfig });
});
afterAll(() => mesh.stop());

const message = (text: string) => ({ messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }] });

describe('an agent that fails', () => {
  it('is tried again, then fails its task with the reason and dead-letters', async () => {
    const task = await mesh.send('stubborn', 'please');
    expect(task.status.state).toBe('TASK_STATE_FAILED');
    expect(task.status.message.parts[0].text).toContain('no way');
    const counters = async () => (await (await mesh.admin('/metrics')).text()).split('\n');
    await expect.poll(counters).toContain('starling_dead_letters_total{function="stubborn"} 1');
    expect(await counters()).toContain('starling_agent_retries_total{agent="stubborn"} 1');
    expect(await counters()).toContain('starling_agent_attempts_total{agent="stubborn"} 2');
  });

  it('is an error of a skill that was called by its name', async () => {
    const { body, headers } = await mesh.rpc('stubborn', 'refuse', {});
    expect(body.error).toMatchObject({ code: -32060, data: [{ reason: 'TASK_FAILED' }] });
    expect(headers.get('starling-task-id')).toBe(body.error.data[0].metadata.taskId);
  });

  it('does not double what an earlier attempt had made', async () => {
    const task = await mesh.send('flaky', 'go');
    expect(task.status.state).toBe('TASK_STATE_COMPLETED');
    expect(task.artifacts).toEqual([
      { artifactId: 'half', parts: [{ text: 'attempt 2' }] },
      { artifactId: 'artifact-1-1', parts: [{ text: 'done at attempt 2' }] },
    ]);
  });
});

describe('an agent that hangs', () => {
  it('in a thread of its own stops no other, and its task fails at the deadline', async () => {
    const spinning = mesh.send('spinner', 'spin');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await mesh.send('echo', 'still here')).status.state).toBe('TASK_STATE_COMPLETED');
    const task = await spinning;
    expect(task.status.state).toBe('TASK_STATE_FAILED');
    expect(task.status.message.parts[0].text).toContain('deadline');
  });

  it('past the deadline has its task failed with the reason', async () => {
    const task = await mesh.send('sleeper', 'wake up');
    expect(task.status.state).toBe('TASK_STATE_FAILED');
    expect(task.status.message.parts[0].text).toContain('deadline');
    // Its request is a dead letter in the end, once its receives are used up.
    const counters = async () => (await (await mesh.admin('/metrics')).text()).split('\n');
    await expect.poll(counters, { timeout: 15_000 }).toContain('starling_dead_letters_total{function="sleeper"} 1');
    expect(await counters()).toContain('starling_tasks_ended_total{agent="stubborn",state="TASK_STATE_FAILED"} 2');
  });
});

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
  it('does not take the mesh with it, and the log tells', async () => {
    expect((await mesh.send('careless', 'go')).status.state).toBe('TASK_STATE_COMPLETED');
    expect((await mesh.send('echo', 'and the others')).status.state).toBe('TASK_STATE_COMPLETED');
    for (const text of ['a floating promise', 'a throwing timer']) expect(mesh.output).toContain(text);
  });
});

describe('cancel', () => {
  it('is final at once and tells the agent to stop', async () => {
    const { id } = await mesh.send('patient', 'wait', { configuration: { returnImmediately: true } });
    await expect
      .poll(async () => (await mesh.rpc('patient', 'GetTask', { id })).body.result.status.state)
      .toBe('TASK_STATE_WORKING');
    const { body } = await mesh.rpc('patient', 'CancelTask', { id });
    expect(body.result.status.state).toBe('TASK_STATE_CANCELED');
    await expect.poll(() => mesh.output).toContain('told to stop');
    expect((await mesh.rpc('patient', 'CancelTask', { id })).body.error.code).toBe(-32002);
    expect((await mesh.rpc('patient', 'GetTask', { id })).body.result.status.state).toBe('TASK_STATE_CANCELED');
  });
});

describe('an agent that asks', () => {
  it('gets the answer as the next turn of the task', async () => {
    const asked = await mesh.send('asker', 'weather?');
    expect(asked.status).toMatchObject({
      state: 'TASK_STATE_INPUT_REQUIRED',
      message: { parts: [{ text: 'Which city?' }] },
    });
    const answered = await mesh.send('asker', 'Seoul', { message: { taskId: asked.id } });
    expect(answered.id).toBe(asked.id);
    expect(answered.status.state).toBe('TASK_STATE_COMPLETED');
    expect(answered.artifacts[0].parts).toEqual([{ text: 'Seoul, after 2 messages' }]);
    expect(answered.history).toHaveLength(3);
  });

  it('refuses another context and a task that works', async () => {
    const asked = await mesh.send('asker', 'weather?');
    const wrong = await mesh.rpc('asker', 'SendMessage', {
      message: { ...message('x'), taskId: asked.id, contextId: 'other' },
    });
    expect(wrong.body.error.code).toBe(-32602);
    const { id } = await mesh.send('patient', '3000', { configuration: { returnImmediately: true } });
    const busy = await mesh.rpc('patient', 'SendMessage', { message: { ...message('x'), taskId: id } });
    expect(busy.body.error.code).toBe(-32004);
  });
});
