import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError } from '../../shared/errors.ts';

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The one port of a standalone mesh. It is taken first of all, so that a second start says so before it touches anything;
 * until the mesh is ready, and again while it stops, it answers 503.
 */
export class HttpServer {
  readonly #server: Server;
  #listener: Listener = unavailable;

  constructor() {
    this.#server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 60_000 }, (request, response) =>
      this.#listener(request, response),
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
      const cut = setTimeout(() => this.#server.closeAllConnections(), grace);
      this.#server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }
}

/** What every call is answered with while the mesh is not ready, or ready no more. */
export const unavailable: Listener = (_request, response) => {
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1', connection: 'close' });
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
