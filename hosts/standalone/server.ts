import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { constants as Http2Constants, Http2Server, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { ConfigurationError } from '#shared/errors.ts';
import { FirstBytes } from './first-bytes.ts';

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * An HTTP/2 session on which nothing passed for so long (milliseconds) takes no further calls, and those whose body has not
 * come whole by then are cut: they would hold what came for ever.
 */
const IDLE_SESSION_MS = 120_000;

/**
 * The one port of a standalone mesh, for HTTP/1.1 and for HTTP/2 without TLS, which some AWS clients speak. It is taken first of all, so that a second start says so before it touches anything;
 * until the mesh is ready, and again while it stops, it answers 503.
 */
export class HttpServer {
  readonly #server: Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #firstBytes = new FirstBytes();
  readonly #idleSession: number;
  #http2: Promise<Http2Server> | undefined;
  #listener: Listener = unavailable;

  constructor({ idleSession = IDLE_SESSION_MS } = {}) {
    this.#idleSession = idleSession;
    this.#server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 60_000 }, (request, response) =>
      this.#listener(request, response),
    );
    const http1 = this.#server.listeners('connection');
    this.#server.removeAllListeners('connection');
    this.#server.on('connection', (socket: Socket) =>
      this.#firstBytes.read(socket, (protocol) => {
        if (protocol === 'http2') {
          void this.#takeHttp2(socket);
        } else {
          for (const listener of http1) listener.call(this.#server, socket);
          socket.resume();
        }
      }),
    );
  }

  /**
   * @returns the port, which the system has chosen where `port` is 0.
   * @throws ConfigurationError when it is taken or not allowed.
   */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(host, port, cause)));
      this.#server.listen(port, host, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  serve(listener: Listener): void {
    this.#listener = listener;
  }

  /** Takes no new connections, and after `grace` milliseconds cuts those that are left. */
  close(grace: number): Promise<void> {
    return new Promise((resolve) => {
      const cut = setTimeout(() => {
        this.#server.closeAllConnections();
        for (const session of this.#sessions) session.destroy();
      }, grace);
      this.#server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      this.#server.closeIdleConnections();
      this.#firstBytes.cut();
      for (const session of this.#sessions) session.close();
    });
  }

  async #takeHttp2(socket: Socket): Promise<void> {
    // It takes some 15 ms to load, and most meshes never need it.
    this.#http2 ??= import('node:http2').then(({ createServer, constants }) => {
      const server = createServer((request, response) =>
        // Node's compatibility API: to a listener they are what those of HTTP/1.1 are.
        this.#listener(request as unknown as IncomingMessage, response as unknown as ServerResponse),
      );
      return server.on('session', (session) => this.#keep(session, constants));
    });
    (await this.#http2).emit('connection', socket);
  }

  #keep(session: ServerHttp2Session, constants: typeof Http2Constants): void {
    this.#sessions.add(session);
    const streams = new Set<ServerHttp2Stream>();
    session.on('stream', (stream) => {
      streams.add(stream);
      stream.on('close', () => streams.delete(stream));
    });
    session.setTimeout(this.#idleSession, () => {
      session.close();
      for (const stream of streams) {
        if (stream.state.state === constants.NGHTTP2_STREAM_STATE_OPEN) stream.close(constants.NGHTTP2_CANCEL);
      }
    });
    // A client that breaks the protocol off ends its session, and no more.
    session.on('error', () => session.destroy());
    session.on('close', () => this.#sessions.delete(session));
  }
}

/** What every call is answered with while the mesh is not ready, or ready no more. */
export const unavailable: Listener = (request, response) => {
  response.writeHead(503, {
    'content-type': 'application/json',
    'retry-after': '1',
    ...(request.httpVersionMajor === 1 && { connection: 'close' }),
  });
  response.end(
    JSON.stringify({
      error: { code: 'NOT_READY', message: 'The mesh is starting or stopping. Try again in a second.' },
    }),
  );
};

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): ConfigurationError {
  switch (cause.code) {
    case 'EADDRINUSE':
      return new ConfigurationError(
        `Port ${port} on ${host} is taken: is the mesh running already? Stop it, or set STARLING_PORT to another port.`,
        { cause },
      );
    case 'EACCES':
      return new ConfigurationError(`Port ${port} is not allowed: set STARLING_PORT to one above 1023.`, { cause });
    default:
      return new ConfigurationError(
        `The gateway cannot listen at ${host}:${port} (${cause.message}): check STARLING_HOST and STARLING_PORT.`,
        {
          cause,
        },
      );
  }
}
