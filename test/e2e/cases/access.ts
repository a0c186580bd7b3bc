import { request } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { bearer, type MeshClient } from '#test/support/mesh-client.ts';
import type { Place } from './place.ts';

/** A client that may call echo and nothing else has these. */
export const restrictedScopes = ['starling/echo:invoke'];

/** A call that echo answers. */
export const call = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'SendMessage',
  params: { message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'hi' }] } },
});

/** Who is let in, to what, and what everybody else learns. */
export function accessCases(mesh: () => MeshClient, { testAgents, wrongSecret }: Place): void {
  // An agent that is there, and whose card is not public where there are such agents.
  const other = testAgents ? 'asker' : 'calculator';
  const restrictedToken = async () => mesh().tokenOf(await mesh().clientWith(restrictedScopes));
  const post = (path: string, headers: Record<string, string>) =>
    fetch(`${mesh().url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: call,
    });

  describe('the gateway lets in', () => {
    it.each([
      ['no token', async () => ({})],
      ['another scheme', async () => ({ authorization: 'Basic eDp5' })],
      ['garbage', async () => bearer('garbage')],
      ['a forged token', async () => bearer(await forged(await mesh().token()))],
      ['alg none', async () => bearer(unsigned(await mesh().token()))],
    ])('nobody with %s', async (_, headers) => {
      const response = await post('/agents/echo', await headers());
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
      expect(await response.json()).toMatchObject({ error: 'invalid_token' });
    });

    it('a token for echo to echo', async () => {
      expect((await post('/agents/echo', bearer(await restrictedToken()))).status).toBe(200);
    });

    it.each([
      `/agents/${other}`,
      '/agents/nobody',
      `/agents/echo/../${other}`,
      `/agents/echo/%2e%2e/${other}`,
      `/agents/echo%2f..%2f${other}`,
      `/agents//${other}`,
      '/agents/Echo',
      `//agents/${other}`,
      `/agents/${other}?/agents/echo`,
      `/agents/${other}#/agents/echo`,
      '/admin/agents',
      '/metrics',
    ])('a token for echo not to %s, and does not tell whether it is there', async (path) => {
      const headers = bearer(await restrictedToken());
      expect([403, 404]).toContain(await rawStatus(mesh().url, 'POST', path, headers));
      expect([403, 404]).toContain(await rawStatus(mesh().url, 'GET', path, headers));
    });

    it('nobody to learn which agents there are', async () => {
      const headers = bearer(await restrictedToken());
      const [there, gone] = await Promise.all([other, 'nobody'].map((agent) => post(`/agents/${agent}`, headers)));
      expect([there?.status, await there?.text()]).toEqual([gone?.status, await gone?.text()]);
    });

    it('a token without the admin scope to no admin route', async () => {
      const headers = bearer(await mesh().token('starling/agents:invoke'));
      for (const path of ['/admin/agents', '/admin/tasks', '/admin/events', '/metrics']) {
        const response = await fetch(`${mesh().url}${path}`, { headers });
        expect(response.status, path).toBe(403);
        expect(await response.json()).toMatchObject({ error: 'insufficient_scope' });
      }
    });

    it('nobody to a route that is not in serverless.yml', async () => {
      const headers = bearer(await mesh().token());
      for (const path of ['/', '/agents', '/admin', '/console', '/agents/echo/other', '/../etc/passwd']) {
        expect([403, 404, 405], path).toContain(await rawStatus(mesh().url, 'GET', path, headers));
      }
    });

    it('everybody to health and public cards', async () => {
      expect((await fetch(`${mesh().url}/health`)).status).toBe(200);
      expect((await fetch(cardOf(mesh(), 'echo'))).status).toBe(200);
    });

    it.skipIf(!testAgents)('nobody to the card of an agent that is not public (a test agent)', async () => {
      const [unknown, hidden] = await Promise.all([fetch(cardOf(mesh(), 'nobody')), fetch(cardOf(mesh(), 'asker'))]);
      expect([unknown.status, await unknown.json()]).toEqual([hidden.status, await hidden.json()]);
      expect(hidden.status).toBe(401);
      const shown = await fetch(cardOf(mesh(), 'asker'), { headers: bearer(await mesh().token()) });
      expect(shown.status).toBe(200);
      expect(shown.headers.get('cache-control')).toContain('private');
    });
  });

  describe('the token endpoint', () => {
    const grant = { grant_type: 'client_credentials' };
    const answer = async (response: Response) => [
      response.status,
      ((await response.json()) as { error?: unknown }).error,
    ];

    it('refuses a wrong secret, an unknown client and an unknown scope', async () => {
      const [right, wrong, unknown] = await Promise.all([
        mesh().credentialsWith({}),
        mesh().credentialsWith({ clientSecret: 'wrong' }),
        mesh().credentialsWith({ clientId: 'nobody' }),
      ]);
      expect(await answer(await mesh().askForToken(grant, wrong))).toEqual([wrongSecret, 'invalid_client']);
      expect(await answer(await mesh().askForToken(grant, unknown))).toEqual([wrongSecret, 'invalid_client']);
      const scope = 'starling/everything';
      expect(await answer(await mesh().askForToken({ ...grant, scope }, right))).toEqual([400, 'invalid_scope']);
      const [, error] = await answer(await mesh().askForToken({ grant_type: 'password' }, right));
      expect(error).toBe('unsupported_grant_type');
    });

    it('gives the claims of the design', async () => {
      const claims = claimsOf(await mesh().token());
      expect(claims).toMatchObject({ token_use: 'access' });
      expect(typeof claims.client_id).toBe('string');
      expect(String(claims.scope).split(' ').sort()).toEqual([
        'starling/agents:invoke',
        'starling/events:put',
        'starling/gateway:admin',
      ]);
      expect(claims.exp).toBeGreaterThan(Number(claims.iat));
      expect(claimsOf(await mesh().token('starling/agents:invoke')).scope).toBe('starling/agents:invoke');
    });
  });
}

/** The status of a request whose path goes out to the letter, where fetch would tidy it up. */
export function rawStatus(url: string, method: string, path: string, headers: Record<string, string>): Promise<number> {
  const { protocol, hostname, port, pathname } = new URL(url);
  const send = protocol === 'https:' ? httpsRequest : request;
  const prefix = pathname === '/' ? '' : pathname;
  return new Promise((resolve, reject) => {
    const sent = send({ hostname, port, path: `${prefix}${path}`, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? call : undefined);
  });
}

function cardOf(mesh: MeshClient, agent: string): string {
  return `${mesh.url}/agents/${agent}/.well-known/agent-card.json`;
}

function partOf(token: string, index: number): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString());
}

function claimsOf(token: string): Record<string, unknown> {
  return partOf(token, 1);
}

/** All that a genuine token says, signed with a key of one's own. */
async function forged(genuine: string): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  const { kid } = partOf(genuine, 0) as { kid: string };
  return new SignJWT(claimsOf(genuine)).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
}

function unsigned(genuine: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  return `${header}.${genuine.split('.')[1]}.`;
}
