import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, type Mesh, openMesh, type RunningIssuer, startIssuer } from './host.ts';

const invoke = 'starling/agents:invoke';

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

const grant = { grant_type: 'client_credentials' };
const form = (parameters: Record<string, string>) => new URLSearchParams(parameters);
const authorization = () => ({ Authorization: basic(issuer.client.clientId, issuer.client.clientSecret) });

describe('a request that is none', () => {
  const requests: [string, () => RequestInit, number, string][] = [
    ['without grant_type', () => ({ headers: authorization(), body: form({ scope: invoke }) }), 400, 'invalid_request'],
    [
      'for a password',
      () => ({ headers: authorization(), body: form({ grant_type: 'password' }) }),
      400,
      'unsupported_grant_type',
    ],
    [
      'for an authorization code',
      () => ({ headers: authorization(), body: form({ grant_type: 'authorization_code', code: 'x' }) }),
      400,
      'unsupported_grant_type',
    ],
    [
      'for a refresh',
      () => ({ headers: authorization(), body: form({ grant_type: 'refresh_token', refresh_token: 'x' }) }),
      400,
      'unsupported_grant_type',
    ],
    [
      'in JSON',
      () => ({ headers: { ...authorization(), 'Content-Type': 'application/json' }, body: JSON.stringify(grant) }),
      400,
      'invalid_request',
    ],
    ['without client', () => ({ body: form(grant) }), 400, 'invalid_request'],
    ['without body', () => ({ headers: authorization() }), 400, 'invalid_request'],
    ['that reads', () => ({ method: 'GET' }), 405, 'invalid_request'],
    ['that deletes', () => ({ method: 'DELETE', headers: authorization() }), 405, 'invalid_request'],
    [
      'over 16 KB',
      () => ({ headers: authorization(), body: form({ ...grant, scope: 'x'.repeat(16_384) }) }),
      413,
      'invalid_request',
    ],
    [
      'with a parameter twice',
      () => ({
        headers: authorization(),
        body: new URLSearchParams([...Object.entries(grant), ['scope', 'a'], ['scope', 'b']]),
      }),
      400,
      'invalid_request',
    ],
    [
      'that wants HTML',
      () => ({ headers: { ...authorization(), Accept: 'text/html' }, body: form({ grant_type: 'x' }) }),
      400,
      'unsupported_grant_type',
    ],
    [
      'from a page of another host',
      () => ({ headers: { ...authorization(), Origin: 'https://evil.example' }, body: form(grant) }),
      400,
      'invalid_request',
    ],
  ];
  it.each(requests)('%s gets an OAuth error', async (_what, request, status, error) => {
    const answer = await issuer.send(request());
    expect(answer.status).toBe(status);
    expect(answer.body.error).toBe(error);
    expect(answer.body.error_description).toEqual(expect.any(String));
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('without a length is cut off', async () => {
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(16_384).fill(120)) });
    const init = {
      headers: { ...authorization(), 'Content-Type': 'application/x-www-form-urlencoded' },
      duplex: 'half',
    };
    const outcome = await issuer.send({ ...init, body: endless } as RequestInit).catch(() => undefined);
    expect(outcome?.status ?? 400).toBe(400);
    expect((await issuer.ask()).status).toBe(200);
  });

  it('finds nothing but the token endpoint and the keys', async () => {
    const paths = [
      '/',
      '/auth',
      '/me',
      '/reg',
      '/.well-known/openid-configuration',
      '/OAuth2/Token',
      '/oauth2/token/',
      '/interaction/x',
    ];
    for (const path of paths) {
      expect((await issuer.send({ method: 'GET' }, path)).status).toBe(404);
      expect((await issuer.send({ headers: authorization(), body: form(grant) }, path)).status).toBe(404);
    }
  });
});
