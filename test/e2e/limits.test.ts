import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { readStream } from '#test/support/sse.ts';

describe('a mesh with its limits', () => {
  let mesh: Mesh;
  const sockets: Socket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await mesh.stop();
  });

  async function open(): Promise<Socket> {
    const socket = connect(Number(new URL(mesh.url).port), '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  async function metric(name: string): Promise<number> {
    const text = await (await mesh.admin('/metrics')).text();
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    return Number(line?.split(' ').at(-1));
  }

  it('lets a client with a token in, and starts threads, while 300 connections without a token are silent', async () => {
    mesh = await Mesh.start({ config: fixtureConfig, under: ['sh', '-c', 'ulimit -n 120; exec "$0" "$@"'] });
    for (let count = 0; count < 300; count++) await open();
    expect(await mesh.send('echo', 'hello')).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' } });
    for (let count = 0; count < 300; count++) await open();
    expect(await mesh.send('echo', 'hello')).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' } });
    expect(await mesh.send('crasher', 'live in a thread')).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' } });
    expect(await metric('starling_starts_refused_total{function="crasher"}')).toBeNaN();
  });

  it('makes no more answers for a client that reads none, and tells it so', async () => {
    mesh = await Mesh.start({ config: fixtureConfig, env: { STARLING_MAX_UNSENT_PER_CLIENT: '20000000' } });
    const { id } = await mesh.send('echo', 'x'.repeat(3_900_000));
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'GetTask', params: { id } });
    const request = [
      'POST /agents/echo HTTP/1.1',
      'host: a',
      `authorization: Bearer ${await mesh.token()}`,
      `content-length: ${body.length}`,
    ].join('\r\n');
    for (let count = 0; count < 10; count++) {
      const socket = await open();
      socket.pause();
      socket.write(`${request}\r\n\r\n${body}`.repeat(10));
    }
    await expect.poll(() => metric('starling_unsent_bytes')).toBeGreaterThan(15_000_000);
    expect(await metric('starling_unsent_bytes')).toBeLessThanOrEqual(20_000_000);
    await expect.poll(async () => (await mesh.rpc('echo', 'GetTask', { id })).status).toBe(429);
    const refused = await mesh.rpc('echo', 'GetTask', { id });
    expect(refused.body.error).toMatchObject({ code: -32054, data: [{ reason: 'TOO_MANY_UNREAD_ANSWERS' }] });
    expect(refused.headers.get('retry-after')).toBe('1');
    for (const socket of sockets.splice(0)) socket.destroy();
    await expect.poll(() => metric('starling_unsent_bytes')).toBe(0);
    expect((await mesh.rpc('echo', 'GetTask', { id })).body.result.id).toBe(id);
  });

  it('reads no more bodies for a client that never ends its own, and tells it so', async () => {
    mesh = await Mesh.start({ config: fixtureConfig, env: { STARLING_MAX_BODY: '100000' } });
    const head = (path: string, token: string) =>
      `POST ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\ncontent-length: 100000\r\n\r\n`;
    const token = await mesh.token();
    const heard: string[] = [];
    for (const path of [...Array(16).fill('/agents/echo'), '/agents/echo', '/events']) {
      const socket = await open();
      socket.on('data', (chunk) => heard.push(String(chunk)));
      socket.write(head(path, token));
      await expect
        .poll(async () => (await metric('starling_request_bytes')) + heard.length * 100_000)
        .toBeGreaterThan(100_000 * (sockets.length - 1));
    }
    expect(heard).toHaveLength(2);
    expect(heard[0]).toMatch(/^HTTP\/1.1 429 .*retry-after: 1\r\n.*"code":-32057,.*TOO_MANY_OPEN_REQUESTS/is);
    expect(heard[1]).toMatch(/^HTTP\/1.1 429 .*retry-after: 1\r\n.*"code":"TOO_MANY_OPEN_REQUESTS"/is);
    for (const socket of sockets.splice(0)) socket.destroy();
    await expect.poll(() => metric('starling_request_bytes')).toBe(0);
    expect(await mesh.send('echo', 'hello')).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' } });
  });

  it('shows a task that is too large for an answer as a stream', async () => {
    mesh = await Mesh.start({ config: fixtureConfig, env: { STARLING_MAX_ANSWER: '65536' } });
    const text = 'x'.repeat(100_000);
    const sent = await mesh.rpc('echo', 'SendMessage', {
      message: { messageId: 'one', role: 'ROLE_USER', parts: [{ text }] },
    });
    expect(sent.body.error).toMatchObject({ code: -32056, data: [{ reason: 'ANSWER_TOO_LARGE' }] });
    const { taskId: id } = sent.body.error.data[0].metadata;
    expect(sent.body.error.message).toContain(id);
    expect(sent.headers.get('starling-task-id')).toBe(id);
    const call = { jsonrpc: '2.0', id: 1, method: 'SubscribeToTask', params: { id } };
    const events = await readStream(await mesh.post('echo', call, { 'last-event-id': '1' }));
    expect(events[0]?.result.task.history[0].parts).toEqual([{ text }]);
    const artifacts = events.flatMap(({ result }) => result.artifactUpdate?.artifact.parts ?? []);
    expect(artifacts).toEqual([{ text }]);
    expect(events.at(-1)?.result.statusUpdate.status.state).toBe('TASK_STATE_COMPLETED');
  });
});
