import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpServer } from '#hosts/standalone/server.ts';
import { serverLimits } from '#test/support/server-limits.ts';

describe('HttpServer', () => {
  let server: HttpServer;
  let port: number;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    server = new HttpServer(serverLimits);
    port = await server.listen('127.0.0.1', 0);
    server.serve(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      response.end(`${request.httpVersion} ${request.method} ${body}`);
    });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.close(0);
  });

  async function open(): Promise<Socket> {
    const socket = connect(port, '127.0.0.1').setNoDelay();
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  /** Each piece in a packet of its own. */
  async function say(socket: Socket, ...pieces: readonly string[]): Promise<void> {
    for (const piece of pieces) {
      await new Promise((resolve) => socket.write(piece, resolve));
      for (let turn = 0; turn < 20; turn++) await setImmediate();
    }
  }

  async function heard(socket: Socket, enough: (text: string) => boolean): Promise<string> {
    let text = '';
    for await (const chunk of socket) {
      text += chunk.toString('latin1');
      if (enough(text)) break;
    }
    return text;
  }

  it.each(['POST', 'PUT', 'PROPFIND'])('reads HTTP/1.1 that comes in pieces: %s', async (method) => {
    const socket = await open();
    const rest = `${method.slice(2)} / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nconnection: close\r\n\r\n`;
    await say(socket, method.slice(0, 1), method.slice(1, 2), rest, 'bo', 'dy');
    expect(await heard(socket, (text) => text.endsWith(`${method} body`))).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('reads HTTP/1.1 again and again on one connection', async () => {
    const socket = await open();
    const call = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n';
    await say(socket, `${call}a${call}b`);
    const text = await heard(socket, (all) => all.includes('POST a') && all.includes('POST b'));
    expect(text.match(/200 OK/g)).toHaveLength(2);
  });

  it('takes HTTP/2 without TLS whose preface comes in pieces', async () => {
    const socket = await open();
    await say(socket, 'P', 'R', 'I * HTTP/2.0\r\n\r\nSM', '\r\n\r\n', '\0\0\0\x04\0\0\0\0\0');
    // A SETTINGS frame: its type stands in the fourth byte.
    expect((await heard(socket, (text) => text.length >= 9)).charCodeAt(3)).toBe(4);
  });

  it('serves HTTP/2 by the same listener', async () => {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const call = session.request({ ':method': 'POST', ':path': '/' }, { endStream: false });
    call.end('body');
    let text = '';
    for await (const chunk of call) text += chunk;
    expect(text).toBe('2.0 POST body');
    session.close();
  });

  it('waits for nobody who says nothing when it closes', async () => {
    const silent = await open();
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    await once(session, 'remoteSettings');
    const closed = Promise.all([once(silent, 'close'), once(session, 'close')]);
    await server.close(60_000);
    await closed;
  });

  it('cuts a call whose body stays away, on an HTTP/2 session that fell silent, and no call that waits for its answer', async () => {
    const impatient = new HttpServer(serverLimits, { idleSessionMs: 100 });
    const at = await impatient.listen('127.0.0.1', 0);
    let answer = () => {};
    impatient.serve((request, response) => {
      request.resume();
      if (request.url === '/wait') answer = () => response.end('here it is');
    });
    const session = connectHttp2(`http://127.0.0.1:${at}`);
    const waiting = session.request({ ':method': 'POST', ':path': '/wait' }, { endStream: false });
    waiting.end('whole body');
    const half = session.request({ ':method': 'POST', ':path': '/half' }, { endStream: false });
    half.write('half a bo');
    await once(half, 'close');
    expect(waiting.closed).toBe(false);
    answer();
    expect((await waiting.toArray()).join('')).toBe('here it is');
    await once(session, 'close');
    await impatient.close(0);
  });
});
