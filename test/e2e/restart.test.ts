import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';

let mesh: Mesh | undefined;
const data = temporaryFolder();
const start = async () => {
  mesh = await Mesh.start({ data, config: fixtureConfig });
  return mesh;
};
afterEach(async () => {
  await mesh?.stop();
  rmSync(data, { recursive: true, force: true });
});

describe('a mesh that is stopped and started again', () => {
  it('answers who waits, keeps clients, tokens, agents, tasks and undelivered work, and goes on', async () => {
    const first = await start();
    const token = await first.token();
    const { clientSecret } = first.client;
    const done = await first.send('echo', 'before');
    const waiting = first.send('patient', '300');
    const stream = await first.post('patient', {
      jsonrpc: '2.0',
      id: 1,
      method: 'SendStreamingMessage',
      params: { message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text: '60000' }] } },
    });
    const streamed = stream.text();
    const hanging = first.send('patient', '60000');
    expect((await waiting).status.state).toBe('TASK_STATE_COMPLETED');
    // An agent that publishes nothing else says that it works after a second.
    const working = async () => {
      const response = await first.admin('/admin/tasks?agent=patient&state=working');
      return ((await response.json()) as { tasks: unknown[] }).tasks.length;
    };
    await expect.poll(working).toBe(2);

    const stopped = first.stop();
    // The blocking call is answered with the task as it stands, the stream ends in good order.
    const asItStood = await hanging;
    expect(asItStood.status.state).toBe('TASK_STATE_WORKING');
    expect(await streamed).toContain('TASK_STATE_WORKING');
    expect(await stopped).toEqual({ code: 0, signal: null });

    const second = await start();
    expect(second.client.clientSecret).toBe(clientSecret);
    const get = async (agent: string, id: string) => {
      const response = await fetch(`${second.url}/agents/${agent}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await second.token()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'GetTask', params: { id } }),
      });
      return ((await response.json()) as { result: typeof done }).result;
    };
    expect(await get('echo', done.id)).toMatchObject({ artifacts: done.artifacts, status: done.status });
    // What was under way is delivered again, as the next attempt.
    await expect
      .poll(
        async () =>
          ((await (await second.admin(`/admin/tasks/${asItStood.id}`)).json()) as { record: { attempt: number } })
            .record.attempt,
        { timeout: 10_000 },
      )
      .toBe(2);
    const keys = async (url: string) => (await fetch(`${url}/.well-known/jwks.json`)).json();
    expect(token).not.toBe('');
    expect(await keys(second.url)).toBeDefined();
  });

  it('loses nothing that was acknowledged to kill -9', async () => {
    const first = await start();
    const ids: string[] = [];
    const flood = Array.from({ length: 50 }, async (_, index) => {
      // Those that the kill cuts off were not acknowledged.
      const task = await first
        .send('echo', `n${index}`, { configuration: { returnImmediately: true } })
        .catch(() => undefined);
      if (task) ids.push(task.id);
    });
    await expect.poll(() => ids.length, { interval: 1 }).toBeGreaterThan(5);
    first.signal('SIGKILL');
    const acknowledged = [...ids];
    await first.exited;
    await Promise.all(flood);

    const second = await start();
    for (const id of acknowledged) {
      await expect
        .poll(async () => (await second.rpc('echo', 'GetTask', { id })).body.result?.status.state)
        .toBe('TASK_STATE_COMPLETED');
    }
  });

  it('runs a step of task.once once, although kill -9 ends its first attempt', async () => {
    const first = await start();
    const { id } = await first.send('payer', 'hang', { configuration: { returnImmediately: true } });
    const receipt = async (mesh: Mesh) => (await mesh.task('payer', id)).artifacts?.[0]?.parts[0].text as string;
    await expect.poll(() => receipt(first)).toBeDefined();
    const paid = await receipt(first);
    first.signal('SIGKILL');
    await first.exited;

    const second = await start();
    await expect.poll(async () => (await second.task('payer', id)).status.state).toBe('TASK_STATE_COMPLETED');
    const { artifacts } = await second.task('payer', id);
    expect(artifacts).toMatchObject([{ parts: [{ text: paid }] }, { parts: [{ text: 'done at attempt 2' }] }]);
  });
});
