import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { Mesh } from '#cli/mesh/mesh.ts';
import type { Target } from '#cli/mesh/target.ts';

it('a call that waits for its token ends when the person presses Ctrl-C', async () => {
  const server = createServer(() => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = async () => ({ clientId: 'a', clientSecret: 'b', origin: 'client.json' });
  const mesh = new Mesh({ url, tokenUrl: `${url}/oauth2/token`, credentials } as unknown as Target);
  const stop = new AbortController();
  try {
    const asked = once(server, 'request');
    const call = mesh.rpc('echo', 'SendMessage', {}, stop.signal);
    const ended = expect(call).rejects.toBe('SIGINT');
    await asked;
    stop.abort('SIGINT');
    await ended;
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
