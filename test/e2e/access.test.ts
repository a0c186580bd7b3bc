import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedClientStore } from '../../shared/embedded/client-store.ts';
import { Database } from '../../shared/embedded/database.ts';
import { SecretHasher } from '../../shared/security/client-secret.ts';
import { temporaryFolder } from '../support/fixtures.ts';
import { fixtureConfig, Mesh } from '../support/mesh.ts';

const restricted = { id: 'only-echo', secret: 'a secret of the test' };

let mesh: Mesh;
beforeAll(async () => {
  const data = temporaryFolder();
  await addRestrictedClient(data);
  mesh = await Mesh.start({ data, config: fixtureConfig, env: { STARLING_MAX_BODY: '100000' } });
});
afterAll(async () => {
  await mesh.stop();
  rmSync(mesh.data, { recursive: true, force: true });
});

/** A client that may call echo and nothing else. */
async function addRestrictedClient(data: string): Promise<void> {
  const database = Database.open(data);
  const secretHash = await new SecretHasher().hash(restricted.secret);
  const scopes = ['starling/echo:invoke'];
  await new EmbeddedClientStore(database).put({
    id: restricted.id,
    name: 'Test',
    secretHash,
    scopes,
    createdAt: Date.now(),
  });
  await database.close();
}

async function restrictedToken(): Promise<string> {
  const response = await fetch(`${mesh.url}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${restricted.id}:${encodeURIComponent(restricted.secret)}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** The status of a request whose path goes out to the letter, where fetch would tidy it up. */
function rawStatus(method: string, path: string, headers: Record<string, string>): Promise<number> {
  const { hostname, port } = new URL(mesh.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? call : undefined);
  });
}

const call = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'SendMessage',
  params: { message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'hi' }] } },
});

function post(path: string, headers: Record<string, string>, body = call): Promise<Response> {
  return fetch(`${mesh.url}${path}`, { method: 'POST', headers, body });
}

type Answer = { readonly error?: unknown };

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function forged(claims: Record<string, unknown>, expiresIn = '1h'): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  const [header] = (await mesh.token()).split('.');
  const { kid } = JSON.parse(Buffer.from(header ?? '', 'base64url').toString());
  return new SignJWT({ token_use: 'access', client_id: 'starling-cli', scope: 'starling/agents:invoke', ...claims })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuer(mesh.url)
    .setIssuedAt()
    .setExpirationTime(expiresIn)
    .sign(privateKey);
}

function unsigned(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: mesh.url,
    token_use: 'access',
    client_id: 'x',
    scope: 'starling/agents:invoke',
    exp: Date.now(),
  };
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}

describe('the gateway lets in', () => {
  it.each([
    ['no token', async () => ({})],
    ['another scheme', async () => ({ authorization: 'Basic eDp5' })],
    ['garbage', async () => bearer('garbage')],
    ['a forged token', async () => bearer(await forged({}))],
    ['alg none', async () => bearer(unsigned())],
  ])('nobody with %s', async (_, headers) => {
    const response = await post('/agents/echo', await headers());
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
    expect(await response.json()).toMatchObject({ error: 'invalid_token' });
  });

  it('a token for echo to echo', async () => {
    const response = await post('/agents/echo', bearer(await restrictedToken()));
    expect(response.status).toBe(200);
  });

  it.each([
    '/agents/asker',
    '/agents/nobody',
    '/agents/echo/../asker',
    '/agents/echo/%2e%2e/asker',
    '/agents/echo%2f..%2fasker',
    '/agents//asker',
    '/agents/Echo',
    '//agents/asker',
    '/agents/asker?/agents/echo',
    '/agents/asker#/agents/echo',
    '/admin/agents',
    '/metrics',
  ])('a token for echo not to %s, and does not tell whether it is there', async (path) => {
    const headers = bearer(await restrictedToken());
    expect([403, 404]).toContain(await rawStatus('POST', path, headers));
    expect([403, 404]).toContain(await rawStatus('GET', path, headers));
  });

  it('nobody to learn which agents there are', async () => {
    const headers = bearer(await restrictedToken());
    const [there, gone] = await Promise.all(['asker', 'nobody'].map((agent) => post(`/agents/${agent}`, headers)));
    expect([there?.status, await there?.text()]).toEqual([gone?.status, await gone?.text()]);
  });

  it('a token without the admin scope to no admin route', async () => {
    const headers = bearer(await mesh.token('agents:invoke'));
    for (const path of ['/admin/agents', '/admin/tasks', '/admin/events', '/metrics']) {
      const response = await fetch(`${mesh.url}${path}`, { headers });
      expect(response.status, path).toBe(403);
      expect(await response.json()).toMatchObject({ error: 'insufficient_scope' });
    }
  });

  it('nobody to a route that is not in serverless.yml', async () => {
    for (const path of ['/', '/agents', '/admin', '/console', '/agents/echo/other', '/../etc/passwd']) {
      const response = await fetch(`${mesh.url}${path}`, { headers: bearer(await mesh.token()) });
      expect([403, 404, 405], path).toContain(response.status);
    }
  });

  it('everybody to health, keys and public cards, and nobody to the card of one that is not public', async () => {
    expect((await fetch(`${mesh.url}/health`)).status).toBe(200);
    expect((await fetch(`${mesh.url}/.well-known/jwks.json`)).status).toBe(200);
    expect((await fetch(`${mesh.url}/agents/echo/.well-known/agent-card.json`)).status).toBe(200);
    const unknown = await fetch(`${mesh.url}/agents/nobody/.well-known/agent-card.json`);
    const hidden = await fetch(`${mesh.url}/agents/asker/.well-known/agent-card.json`);
    expect([unknown.status, await unknown.json()]).toEqual([hidden.status, await hidden.json()]);
    expect(hidden.status).toBe(401);
    const shown = await fetch(`${mesh.url}/agents/asker/.well-known/agent-card.json`, {
      headers: bearer(await mesh.token()),
    });
    expect(shown.status).toBe(200);
    expect(shown.headers.get('cache-control')).toContain('private');
  });
});

describe('a call that is wrong', () => {
  const authorized = async () => bearer(await mesh.token());

  it.each([
    ['not JSON', '{"jsonrpc":', -32700],
    ['empty', '', -32700],
    ['a batch', `[${call}]`, -32600],
    ['no object', '7', -32600],
    ['without an id', '{"jsonrpc":"2.0","method":"GetTask"}', -32600],
    ['of another version of JSON-RPC', '{"jsonrpc":"1.0","id":1,"method":"GetTask"}', -32600],
    ['with a method of a wrong type', '{"jsonrpc":"2.0","id":1,"method":7}', -32600],
    ['with params of a wrong type', '{"jsonrpc":"2.0","id":1,"method":"GetTask","params":7}', -32600],
    ['without a message', '{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{}}', -32602],
    [
      'with no parts',
      '{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{"messageId":"a","role":"ROLE_USER","parts":[]}}}',
      -32602,
    ],
    [
      'with a wrong role',
      '{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{"messageId":"a","role":"user","parts":[{"text":"x"}]}}}',
      -32602,
    ],
    ['with a task id of a wrong type', '{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":{}}}', -32602],
    ['of an unknown method', '{"jsonrpc":"2.0","id":1,"method":"Nothing","params":{}}', -32601],
    ['a method of A2A 0.3', '{"jsonrpc":"2.0","id":1,"method":"message/send","params":{}}', -32009],
  ])('%s has its error', async (_, body, code) => {
    const response = await post('/agents/echo', await authorized(), body);
    expect(response.status).toBe(200);
    const answer = (await response.json()) as Answer;
    expect(answer).toMatchObject({
      jsonrpc: '2.0',
      error: { code, data: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo' }] },
    });
  });

  it.each(['messageId', 'contextId', 'taskId'])('with a %s of half characters is -32602', async (field) => {
    for (const id of ['"\\ud800"', '"a\\u0000b"', '7']) {
      const ids = { messageId: '"m"', [field]: id };
      const fields = Object.entries(ids).map(([name, value]) => `"${name}":${value}`);
      const body = `{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{${fields.join()},"role":"ROLE_USER","parts":[{"text":"x"}]}}}`;
      const response = await post('/agents/echo', await authorized(), body);
      expect(((await response.json()) as Answer).error).toMatchObject({ code: -32602 });
    }
  });

  it('nested too deep is -32600', async () => {
    const data = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    const body = call.replace('{"text":"hi"}', `{"data":${data}}`);
    const response = await post('/agents/echo', await authorized(), body);
    expect(((await response.json()) as Answer).error).toMatchObject({ code: -32600 });
  });

  it.each(['content-length: 1000', 'transfer-encoding: chunked'])(
    'broken off (%s) is no error of the mesh',
    async (length) => {
      const { port } = new URL(mesh.url);
      const socket = connect(Number(port), '127.0.0.1');
      await once(socket, 'connect');
      const { authorization } = await authorized();
      socket.write(
        `POST /agents/echo HTTP/1.1\r\nhost: mesh\r\nauthorization: ${authorization}\r\n${length}\r\n\r\n5\r\n{"jso\r\n`,
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
      socket.destroy();
      // The next call is answered after the mesh has seen the end of this one.
      expect((await post('/agents/echo', await authorized())).status).toBe(200);
      const metrics = await (await mesh.admin('/metrics')).text();
      expect(metrics).not.toMatch(/starling_call_errors_total\{[^}]*INTERNAL_ERROR/);
      expect(mesh.output).not.toContain('a request failed');
    },
  );

  it('of no announced length is served', async () => {
    const response = await fetch(`${mesh.url}/agents/echo`, {
      method: 'POST',
      headers: await authorized(),
      body: new Blob([call]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(await response.json()).toMatchObject({ result: { task: { status: { state: 'TASK_STATE_COMPLETED' } } } });
  });

  it('with invalid UTF-8 is -32700', async () => {
    const body = Buffer.from('{"jsonrpc":"2.0","id":"\xff"}', 'latin1');
    const response = await fetch(`${mesh.url}/agents/echo`, { method: 'POST', headers: await authorized(), body });
    expect(((await response.json()) as Answer).error).toMatchObject({ code: -32700 });
  });

  it('too large is 413 with a stable code, with and without a length', async () => {
    const large = 'x'.repeat(200_000);
    const whole = await post('/agents/echo', await authorized(), large);
    const chunked = await fetch(`${mesh.url}/agents/echo`, {
      method: 'POST',
      headers: await authorized(),
      body: new Blob([large]).stream(),
      duplex: 'half',
    } as RequestInit);
    for (const response of [whole, chunked]) {
      expect(response.status).toBe(413);
      expect(((await response.json()) as Answer).error).toMatchObject({
        code: -32051,
        data: [{ reason: 'PAYLOAD_TOO_LARGE' }],
      });
    }
  });

  it('of an unknown agent is 404 with a stable code', async () => {
    const response = await post('/agents/nobody', await authorized());
    expect(response.status).toBe(404);
    expect(((await response.json()) as Answer).error).toMatchObject({
      code: -32050,
      data: [{ reason: 'AGENT_NOT_FOUND' }],
    });
  });

  it.each(['0.2', '2.0', '1.0.1', 'x'])('of version %s is -32009', async (version) => {
    const response = await post('/agents/echo', { ...(await authorized()), 'a2a-version': version });
    expect(((await response.json()) as Answer).error).toMatchObject({ code: -32009 });
  });
});

describe('the token endpoint', () => {
  const ask = (parts: Record<string, string>, credentials?: string) =>
    fetch(`${mesh.url}/oauth2/token`, {
      method: 'POST',
      headers: credentials === undefined ? {} : { authorization: `Basic ${btoa(credentials)}` },
      body: new URLSearchParams(parts),
    });

  it('refuses a wrong secret, an unknown client and an unknown scope', async () => {
    const { clientId, clientSecret } = mesh.client;
    const grant = { grant_type: 'client_credentials' };
    const wrong = await ask(grant, `${clientId}:wrong`);
    expect([wrong.status, ((await wrong.json()) as Answer).error]).toEqual([401, 'invalid_client']);
    expect((await ask(grant, 'nobody:x')).status).toBe(401);
    const scope = await ask({ ...grant, scope: 'starling/everything' }, `${clientId}:${clientSecret}`);
    expect([scope.status, ((await scope.json()) as Answer).error]).toEqual([400, 'invalid_scope']);
    const type = await ask({ grant_type: 'password' }, `${clientId}:${clientSecret}`);
    expect(((await type.json()) as Answer).error).toBe('unsupported_grant_type');
  });

  it('gives the claims of the design', async () => {
    const [, payload] = (await mesh.token()).split('.');
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ token_use: 'access', client_id: 'starling-cli', iss: mesh.url });
    expect(claims.scope.split(' ').sort()).toEqual(['starling/agents:invoke', 'starling/gateway:admin']);
    expect(claims.exp).toBeGreaterThan(claims.iat);
  });
});
