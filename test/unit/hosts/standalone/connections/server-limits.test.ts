import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HttpServer, type ServerLimits } from '#hosts/standalone/server.ts';
import { OverloadError } from '#shared/http/allowance.ts';
import { serverLimits } from '#test/support/server-limits.ts';

const MB = 1024 * 1024;
/** More than the buffers of a system take for a client that does not read. */
const large = Buffer.alloc(32 * MB);
const request = (path = '/') => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`;

describe('HttpServer with its limits', () => {
  let server: HttpServer;
  let port: number;
  let refused: string[];
  const sockets: Socket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.close(0);
  });

  async function serve(
    limits: Partial<ServerLimits>,
    listener: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<void> {
    refused = [];
    server = new HttpServer({ ...serverLimits, ...limits });
    server.countRefused((why) => refused.push(why));
    port = await server.listen('127.0.0.1', 0);
    server.serve(listener);
  }

  async function open(): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  async function heard(socket: Socket, enough: (text: string) => boolean): Promise<string> {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    await vi.waitFor(() => expect(enough(text)).toBe(true), { timeout: 30_000 });
    return text;
  }

  it('works on one request of a connection at a time, in their order', async () => {
    const answers: (() => void)[] = [];
    await serve({}, ({ url }, response) => answers.push(() => response.end(`answer to ${url};`)));
    const socket = await open();
    const paths = Array.from({ length: 30 }, (_, index) => `/${index}`);
    socket.write(paths.map(request).join(''));
    for (let done = 1; done <= paths.length; done++) {
      await vi.waitFor(() => expect(answers).toHaveLength(done), { timeout: 30_000 });
      answers.at(-1)?.();
    }
    const text = await heard(socket, (all) => all.includes('/29;'));
    expect([...text.matchAll(/answer to (\S+);/g)].map(([, path]) => path)).toEqual(paths);
  });

  it('reads no further on a connection while requests wait there', async () => {
    const seen: Socket[] = [];
    await serve({}, ({ socket }) => seen.push(socket));
    const socket = await open();
    const head = `GET / HTTP/1.1\r\nhost: a\r\nx-padding: ${'x'.repeat(8_000)}\r\n\r\n`;
    const written = Buffer.from(head.repeat(2_000));
    socket.write(written);
    await vi.waitFor(() => expect(seen).toHaveLength(1), { timeout: 30_000 });
    // Other connections work meanwhile. After them the server has read what it ever reads here.
    for (let other = 0; other < 5; other++) {
      const another = await open();
      another.write(request());
      await vi.waitFor(() => expect(seen).toHaveLength(other + 2), { timeout: 30_000 });
    }
    const bytesRead = seen[0]?.bytesRead ?? 0;
    expect(bytesRead).toBeGreaterThan(0);
    expect(bytesRead).toBeLessThan(MB);
  });

  it('cuts a connection on which more than 256 requests wait', async () => {
    await serve({}, () => {});
    const socket = await open();
    socket.write(request().repeat(300));
    await once(socket, 'close');
    expect(refused).toEqual(['pipelined']);
  });

  it('cuts a client that takes nothing of its answer', async () => {
    await serve({ writeTimeoutMs: 200 }, (_, response) => response.end(large));
    const socket = await open();
    socket.pause();
    socket.write(request());
    await vi.waitFor(() => expect(refused).toEqual(['unread']), { timeout: 30_000 });
  });

  it('cuts a stream of HTTP/2 whose client takes nothing', async () => {
    const closed: number[] = [];
    await serve({ writeTimeoutMs: 200 }, (_, response) => {
      response.on('close', () => closed.push(1));
      response.end(large);
    });
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    session.on('error', () => {});
    const call = session.request({ ':path': '/' });
    call.on('error', () => {});
    call.pause();
    await vi.waitFor(() => expect(closed).toEqual([1]), { timeout: 30_000 });
    session.destroy();
  });

  it('leaves a client alone that waits for its answer, also on its next request', async () => {
    await serve({ writeTimeoutMs: 60 }, (_, response) => void setTimeout(() => response.end('late;'), 250));
    const socket = await open();
    socket.write(request() + request());
    await heard(socket, (text) => text.split('late;').length === 3);
    expect(refused).toEqual([]);
  });

  it('closes a connection that says nothing more', async () => {
    await serve({ writeTimeoutMs: 100 }, (_, response) => response.end('x'));
    const socket = await open();
    socket.write('GET / HTTP');
    await once(socket, 'close');
  });

  describe('counts unread answers', () => {
    const limits = { maxUnsentBytes: 3 * large.length, maxUnsentBytesPerClient: 2 * large.length };

    /** Answers a path `/client/…` with much, or says why not. */
    const answer = (request: IncomingMessage, response: ServerResponse) => {
      const client = request.url?.split('/')[1] ?? '';
      const allowance = server.admission.allow(request, response, client);
      try {
        allowance.admit();
        allowance.hold(large.length);
        response.end(large);
      } catch (error) {
        if (!(error instanceof OverloadError)) throw error;
        response.writeHead(error.status).end(error.code);
      }
    };

    /** @returns the status of the answer, whose body is not read */
    async function ask(path: string): Promise<[string, Socket]> {
      const socket = await open();
      socket.write(request(path));
      await once(socket, 'readable');
      const [, status = ''] = /^HTTP\/1.1 (\d+)/.exec(String(socket.read(16))) ?? [];
      return [status, socket];
    }
    const statuses = async (...paths: string[]) => {
      const asked = [];
      for (const path of paths) asked.push((await ask(path))[0]);
      return asked;
    };

    it('for one client, over all of its connections', async () => {
      await serve(limits, answer);
      expect(await statuses('/one', '/one', '/one', '/one', '/two')).toEqual(['200', '200', '429', '429', '200']);
      expect(server.admission.parts.unsent.total).toBe(3 * large.length);
    });

    it('for all clients', async () => {
      await serve(limits, answer);
      expect(await statuses('/one', '/two', '/three', '/four')).toEqual(['200', '200', '200', '503']);
    });

    it('until they are read, or the connection breaks', async () => {
      await serve(limits, answer);
      const [, reads] = await ask('/one');
      const [, breaks] = await ask('/one');
      reads.resume();
      await vi.waitFor(() => expect(server.admission.parts.unsent.total).toBe(large.length), { timeout: 30_000 });
      breaks.destroy();
      await vi.waitFor(() => expect(server.admission.parts.unsent.total).toBe(0), { timeout: 30_000 });
      expect(await statuses('/one', '/one')).toEqual(['200', '200']);
    });

    it('and makes no more of them for pipelined requests of a client that reads none', async () => {
      let made = 0;
      await serve({}, (_, response) => {
        made++;
        response.end(large);
      });
      const socket = await open();
      socket.pause();
      socket.write(request().repeat(200));
      const other = await open();
      other.write(request());
      await heard(other, (text) => text.length >= large.length);
      expect(made).toBe(2);
    });
  });

  it('gives a client with a token a connection, though silent ones fill the server', async () => {
    await serve({ maxConnections: 20 }, (request, response) => {
      server.admission.allow(request, response, 'client').admit();
      response.end('here;');
    });
    const silent: Socket[] = [];
    for (let count = 0; count < 60; count++) silent.push(await open());
    const client = await open();
    client.write(request());
    await heard(client, (text) => text.includes('here;'));
    for (let count = 0; count < 60; count++) silent.push(await open());
    client.write(request());
    await heard(client, (text) => text.includes('here;'));
    expect(server.admission.parts.connections.known).toBe(1);
    expect(server.admission.parts.connections.newcomers).toBeLessThanOrEqual(20);
    await vi.waitFor(() => expect(silent.filter(({ destroyed }) => destroyed).length).toBeGreaterThan(90), {
      timeout: 30_000,
    });
  });
});
