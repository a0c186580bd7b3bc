import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';

interface Asked {
  readonly method: string | undefined;
  /** The body. */
  readonly text: string;
  /** The parameters of the query protocol. */
  readonly input: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Points the SDKs of this process at a server that gives these answers, until `close`. */
export async function fakeEndpoint(answer: (asked: Asked) => Answer): Promise<{ close(): void }> {
  const server: Server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { status, body } = answer({
      method: request.method,
      text,
      input: Object.fromEntries(new URLSearchParams(text)),
    });
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  return {
    close() {
      vi.unstubAllEnvs();
      server.closeAllConnections();
      server.close();
    },
  };
}
