import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { constants as Http2Constants, Http2Server, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { ConfigurationError } from '#shared/errors.ts';
import { errorBody } from '#shared/http/refusal.ts';
import { Admission } from './connections/admission.ts';
import { ByteBudget } from './connections/byte-budget.ts';
import type { Connection, Listener } from './connections/connection.ts';
import { type ConnectionLimits, Connections, type Refusal } from './connections/connections.ts';
import { FirstBytes } from './first-bytes.ts';

export interface ServerLimits extends ConnectionLimits {
  /** Bytes of answers that clients have not taken. */
  readonly maxUnsentBytes: number;
  readonly maxUnsentBytesPerClient: number;
  /** The largest body of a request. */
  readonly maxBodyBytes: number;
  /** A client that takes no byte of its answer for this time is cut off. */
  readonly writeTimeoutMs: number;
}

/**
 * An HTTP/2 session that was idle for this time takes no more calls. Calls with an incomplete body are cut: a client could
 * otherwise make the mesh hold partial bodies for ever.
 */
const IDLE_SESSION_MS = 120_000;
/** The time for the head of a request. A body has `REQUEST_TIMEOUT_MS` together with its head. */
const HEADERS_TIMEOUT_MS = 20_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** Requests at the same time on one session of HTTP/2, as nginx and most other servers have it. */
const MAX_STREAMS = 128;
/** Bodies of the largest size that the mesh holds at the same time. Of smaller ones it holds more. */
const MAX_BODIES = 64;
const MAX_BODIES_PER_CLIENT = 16;

/**
 * The one port of a standalone mesh. It speaks HTTP/1.1, and HTTP/2 without TLS, which some AWS clients use. A start takes
 * the port first, so that a second start fails before it touches the data folder. The port answers 503 until the mesh is
 * ready, and again while it stops.
 */
export class HttpServer {
  readonly admission: Admission;
  readonly #server: Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #firstBytes = new FirstBytes();
  readonly #idleSessionMs: number;
  readonly #writeTimeoutMs: number;
  readonly #connections: Connections;
  #http2: Promise<Http2Server> | undefined;
  #listener: Listener = unavailable;

  constructor(limits: ServerLimits, { idleSessionMs = IDLE_SESSION_MS } = {}) {
    this.#idleSessionMs = idleSessionMs;
    this.#writeTimeoutMs = limits.writeTimeoutMs;
    this.#connections = new Connections(limits);
    this.admission = new Admission({
      connections: this.#connections,
      bodies: new ByteBudget({
        maxBytes: limits.maxBodyBytes * MAX_BODIES,
        maxBytesPerClient: limits.maxBodyBytes * MAX_BODIES_PER_CLIENT,
        tooMany: 'TOO_MANY_OPEN_REQUESTS',
      }),
      unsent: new ByteBudget({
        maxBytes: limits.maxUnsentBytes,
        maxBytesPerClient: limits.maxUnsentBytesPerClient,
        tooMany: 'TOO_MANY_UNREAD_ANSWERS',
      }),
    });
    this.#server = createServer(
      { keepAliveTimeout: 65_000, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
      (request, response) => this.#hand(request, response),
    );
    // Node calls it when a socket was silent for so long in both directions. A write that makes progress is not silent.
    this.#server.setTimeout(limits.writeTimeoutMs, (socket) => this.#silent(socket));
    const http1 = this.#server.listeners('connection');
    this.#server.removeAllListeners('connection');
    this.#server.on('connection', (socket: Socket) => {
      const connection = this.#connections.add(socket);
      this.#firstBytes.read(socket, (protocol) => {
        if (protocol === 'http2') {
          void this.#takeHttp2(connection);
        } else {
          for (const listener of http1) listener.call(this.#server, socket);
          socket.resume();
        }
      });
    });
  }

  /**
   * @returns the port. For 0, the system chooses one.
   * @throws ConfigurationError when the port is taken or not allowed.
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

  /** `count` is called for each connection that the server cuts or refuses. */
  countRefused(count: (why: Refusal) => void): void {
    this.#connections.countRefused(count);
  }

  /** Takes no new connections. Cuts the connections that are still open after `graceMs`. */
  close(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cut = setTimeout(() => {
        this.#server.closeAllConnections();
        for (const session of this.#sessions) session.destroy();
      }, graceMs);
      this.#server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      this.#server.closeIdleConnections();
      this.#firstBytes.cut();
      for (const session of this.#sessions) session.close();
    });
  }

  #hand(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.of(request);
    if (connection === undefined) return;
    if (!connection.hand(request, response, this.#dispatch)) this.#connections.cut(connection, 'pipelined');
  }

  readonly #dispatch: Listener = (request, response) => this.#listener(request, response);

  #silent(socket: Socket): void {
    const connection = this.#connections.ofSocket(socket);
    if (connection === undefined || !connection.isAnswering) socket.destroy();
    else if (connection.unsentBytes > 0) this.#connections.cut(connection, 'unread');
    // Otherwise the client waits for its answer.
  }

  async #takeHttp2(connection: Connection): Promise<void> {
    // The module takes 15 ms to load, and most meshes never need it.
    this.#http2 ??= import('node:http2').then(({ createServer, constants }) => {
      const server = createServer({ settings: { maxConcurrentStreams: MAX_STREAMS } }, (request, response) =>
        // Node's compatibility API: a listener uses these objects like those of HTTP/1.1.
        this.#listener(request as unknown as IncomingMessage, response as unknown as ServerResponse),
      );
      return server.on('session', (session) => this.#keep(session, constants));
    });
    const server = await this.#http2;
    // Node emits the session within `emit`.
    server.once('session', (session) => this.#connections.addSession(session, connection));
    server.emit('connection', connection.socket);
  }

  #keep(session: ServerHttp2Session, constants: typeof Http2Constants): void {
    this.#sessions.add(session);
    const streams = new Set<ServerHttp2Stream>();
    session.on('stream', (stream) => {
      streams.add(stream);
      stream.on('close', () => streams.delete(stream));
      stream.setTimeout(this.#writeTimeoutMs, () => {
        if (stream.writableLength > 0) stream.close(constants.NGHTTP2_CANCEL);
      });
    });
    session.setTimeout(this.#idleSessionMs, () => {
      session.close();
      for (const stream of streams) {
        if (stream.state.state === constants.NGHTTP2_STREAM_STATE_OPEN) stream.close(constants.NGHTTP2_CANCEL);
      }
    });
    // A client that breaks the protocol ends only its own session.
    session.on('error', () => session.destroy());
    session.on('close', () => this.#sessions.delete(session));
  }
}

/** Answers every call while the mesh starts or stops. */
export const unavailable: Listener = (request, response) => {
  response.writeHead(503, {
    'content-type': 'application/json',
    'retry-after': '1',
    ...(request.httpVersionMajor === 1 && { connection: 'close' }),
  });
  response.end(
    JSON.stringify(
      errorBody({ code: 'NOT_READY', message: 'The mesh is starting or stopping. Try again in a second.' }),
    ),
  );
};

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): ConfigurationError {
  switch (cause.code) {
    case 'EADDRINUSE':
      return new ConfigurationError(
        `Port ${port} on ${host} is taken. If a mesh is running already, stop it; or set STARLING_PORT to another port.`,
        { cause },
      );
    case 'EACCES':
      return new ConfigurationError(
        `This user is not allowed to listen on port ${port}. Set STARLING_PORT to a port above 1023.`,
        { cause },
      );
    default:
      return new ConfigurationError(
        `The gateway cannot listen on ${host}:${port} (${cause.message}). Check STARLING_HOST and STARLING_PORT.`,
        {
          cause,
        },
      );
  }
}
