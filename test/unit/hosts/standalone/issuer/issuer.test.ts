import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createIssuer } from '#hosts/standalone/issuer/issuer.ts';
import { hashSecret } from '#shared/security/client-secret.ts';
import { basic, type Mesh, openMesh, type RunningIssuer, startIssuer } from './host.ts';

const invoke = 'starling/agents:invoke';
const admin = 'starling/gateway:admin';
const all = `${invoke} starling/events:put ${admin}`;
const printed = (['log', 'info', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level));

let mesh: Mesh;
let issuer: RunningIssuer;
beforeAll(async () => {
  mesh = openMesh();
  issuer = await startIssuer(mesh);
});
afterAll(async () => {
  await issuer.stop();
  await mesh.close();
});
afterEach(() => {
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  expect(issuer.errors).toEqual([]);
});

const grant = { grant_type: 'client_credentials' };
const form = (parameters: Record<string, string>) => new URLSearchParams(parameters);
const authorization = () => ({ Authorization: basic(issuer.client.clientId, issuer.client.clientSecret) });

describe('a token', () => {
  it('has the claims of an access token of Cognito', async () => {
    const { status, body } = await issuer.ask();
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3_600, scope: all });
    const token = body.access_token ?? '';
    const now = Math.floor(mesh.clock.now() / 1_000);
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', kid: expect.any(String) });
    expect(decodeJwt(token)).toEqual({
      token_use: 'access',
      client_id: 'starling-cli',
      sub: 'starling-cli',
      scope: all,
      iss: 'http://127.0.0.1:4280',
      aud: 'starling',
      iat: now,
      exp: now + 3_600,
      jti: expect.any(String),
    });
    expect(await issuer.verify(token)).toMatchObject({ clientId: 'starling-cli', scopes: all.split(' ') });
  });

  it.each([
    ['agents:invoke', invoke],
    [invoke, invoke],
    [`gateway:admin ${invoke} agents:invoke`, `${admin} ${invoke}`],
    ['', all],
  ])('is asked with the scope %j', async (asked, given) => {
    const { body } = await issuer.ask({ scope: asked });
    expect(body.scope).toBe(given);
    expect(decodeJwt(body.access_token ?? '').scope).toBe(given);
  });

  it.each(['echo:invoke', 'other/agents:invoke', `${invoke} starling/all`, 'agents:invoke/', 'openid'])(
    'is not given for the scope %j, which the client may not have',
    async (scope) => {
      const { status, body } = await issuer.ask({ scope });
      expect(status).toBe(400);
      expect(body.error).toBe('invalid_scope');
      expect(body.access_token).toBeUndefined();
    },
  );

  it('may be asked for with the secret in the body', async () => {
    const { clientId, clientSecret } = issuer.client;
    const { status, body } = await issuer.send({
      body: form({ ...grant, client_id: clientId, client_secret: clientSecret }),
    });
    expect(status).toBe(200);
    expect((await issuer.verify(body.access_token ?? '')).clientId).toBe(clientId);
  });

  it('differs each time', async () => {
    const [one, two] = await Promise.all([issuer.ask(), issuer.ask()]);
    expect(one.body.access_token).not.toBe(two.body.access_token);
  });

  it('is never cached on the way', async () => {
    const { headers } = await issuer.send({ headers: authorization(), body: form(grant) });
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('a client that cannot show who it is', () => {
  const wrong: [string, () => RequestInit][] = [
    ['a wrong secret', () => ({ headers: { Authorization: basic('starling-cli', 'wrong') }, body: form(grant) })],
    [
      'a wrong secret in the body',
      () => ({ body: form({ ...grant, client_id: 'starling-cli', client_secret: 'wrong' }) }),
    ],
    ['an unknown id', () => ({ headers: { Authorization: basic('nobody', 'wrong') }, body: form(grant) })],
    ['an id of a property', () => ({ headers: { Authorization: basic('__proto__', 'wrong') }, body: form(grant) })],
    ['the hash for the secret', () => ({ headers: { Authorization: basic('starling-cli', hash) }, body: form(grant) })],
    ['no secret', () => ({ body: form({ ...grant, client_id: 'starling-cli' }) })],
  ];
  let hash = '';
  beforeAll(async () => {
    hash = (await mesh.clients.get('starling-cli'))?.secretHash ?? '';
  });

  it.each(wrong)('is told so for %s', async (_what, request) => {
    const { status, headers, body } = await issuer.send(request());
    expect(status).toBe(401);
    expect(body).toEqual({ error: 'invalid_client', error_description: 'client authentication failed' });
    expect(headers.get('www-authenticate')).toMatch(/^Basic realm="http:\/\/127\.0\.0\.1:4280"/);
  });

  it('learns nothing of disabled clients', async () => {
    const client = { id: 'gone', name: 'Gone', scopes: [invoke], createdAt: 0, disabledAt: 1 };
    await mesh.clients.put({ ...client, secretHash: hashSecret('right') });
    const { status, body } = await issuer.send({
      headers: { Authorization: basic('gone', 'right') },
      body: form(grant),
    });
    expect(status).toBe(401);
    expect(body.error).toBe('invalid_client');
  });
});

it('publishes the public part of its keys, and no more', async () => {
  const { status, body } = await issuer.send({ method: 'GET' }, '/.well-known/jwks.json');
  expect(status).toBe(200);
  const { keys } = body as { keys: Record<string, string>[] };
  expect(keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']]);
  const { keys: own } = (await createIssuer({ ...mesh, issuer: 'http://a.example' })).jwks();
  expect(own.map((key) => Object.keys(key).sort())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']]);
});

it.each(['', 'starling', 'ftp://a.example', 'http://a.example?x=1', 'http://a.example#x'])(
  'refuses to be the issuer %j',
  async (name) => {
    await expect(createIssuer({ ...mesh, issuer: name })).rejects.toMatchObject({ code: 'CONFIGURATION' });
  },
);
