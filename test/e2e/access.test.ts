import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureConfig, Mesh } from '#test/support/mesh.ts';
import { bearer } from '#test/support/mesh-client.ts';
import { accessCases, call, restrictedScopes } from './cases/access.ts';
import { badCallCases } from './cases/bad-calls.ts';
import { standalone } from './cases/place.ts';

const place = { ...standalone, maxBodyBytes: 100_000 };

let mesh: Mesh;
beforeAll(async () => {
  const env = { STARLING_MAX_BODY: String(place.maxBodyBytes) };
  mesh = await Mesh.start({ config: fixtureConfig, env, clients: [restrictedScopes] });
});
afterAll(() => mesh.stop());

accessCases(() => mesh, place);
badCallCases(() => mesh, place);

describe('the standalone mesh', () => {
  it('is the issuer itself, and shows its keys to everybody', async () => {
    const [, claims] = (await mesh.token()).split('.');
    expect(JSON.parse(Buffer.from(claims ?? '', 'base64url').toString()).iss).toBe(mesh.url);
    expect((await fetch(`${mesh.url}/.well-known/jwks.json`)).status).toBe(200);
  });

  it('takes the bare name of a scope', async () => {
    const [, claims] = (await mesh.token('agents:invoke')).split('.');
    expect(JSON.parse(Buffer.from(claims ?? '', 'base64url').toString()).scope).toBe('starling/agents:invoke');
  });

  it.each(['content-length: 1000', 'transfer-encoding: chunked'])(
    'takes a call that breaks off (%s) for no error of its own',
    async (length) => {
      const { port } = new URL(mesh.url);
      const socket = connect(Number(port), '127.0.0.1');
      await once(socket, 'connect');
      const { authorization } = bearer(await mesh.token());
      socket.write(
        `POST /agents/echo HTTP/1.1\r\nhost: mesh\r\nauthorization: ${authorization}\r\n${length}\r\n\r\n5\r\n{"jso\r\n`,
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
      socket.destroy();
      // The next call is answered after the mesh has seen the end of this one.
      expect((await mesh.post('echo', call)).status).toBe(200);
      const metrics = await (await mesh.admin('/metrics')).text();
      expect(metrics).not.toMatch(/starling_call_errors_total\{[^}]*INTERNAL_ERROR/);
      expect(mesh.output).not.toContain('a request failed');
    },
  );

  it('answers invalid UTF-8 with -32700', async () => {
    const response = await fetch(`${mesh.url}/agents/echo`, {
      method: 'POST',
      headers: { ...bearer(await mesh.token()), 'content-type': 'application/json' },
      body: Buffer.from('{"jsonrpc":"2.0","id":"\xff"}', 'latin1'),
    });
    expect(await response.json()).toMatchObject({ error: { code: -32700 } });
  });
});
