import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError, messageOf } from '#shared/errors.ts';

/** `GET /health` for a container platform: 200 while the worker receives messages, 503 after the signal to stop. */
export class HealthEndpoint {
  readonly #server: Server;
  #draining = false;

  constructor() {
    this.#server = createServer((request, response) => {
      const found = request.url?.split('?', 1)[0] === '/health';
      const status = found ? (this.#draining ? 503 : 200) : 404;
      const body = found ? { status: this.#draining ? 'draining' : 'ok' } : { error: { code: 'NOT_FOUND' } };
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(body));
    });
  }

  /**
   * @returns the port. For 0, the system chooses one.
   * @throws ConfigurationError when the port cannot be used.
   */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause) =>
        reject(
          new ConfigurationError(
            `The health endpoint cannot listen at ${host}:${port} (${messageOf(cause)}): give another --port, or check STARLING_HOST.`,
            { cause },
          ),
        ),
      );
      this.#server.listen(port, host, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  drain(): void {
    this.#draining = true;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
