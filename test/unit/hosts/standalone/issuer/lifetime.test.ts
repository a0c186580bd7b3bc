import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSigningKeys } from '#hosts/standalone/issuer/signing-key.ts';
import { hashSecret } from '#shared/security/client-secret.ts';
import { basic, type Mesh, openMesh, startIssuer } from './host.ts';

const open: Mesh[] = [];
let mesh: Mesh;

function another(): Mesh {
  const made = openMesh();
  open.push(made);
  return made;
}
beforeEach(() => {
  mesh = another();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

describe('a restart', () => {
  it('leaves tokens and clients valid', async () => {
    const before = await startIssuer(mesh);
    const token = (await before.ask()).body.access_token ?? '';
    await before.stop();

    const after = await startIssuer(mesh);
    expect(after.client).toMatchObject({ clientSecret: before.client.clientSecret, renewed: false });
    expect((await after.verify(token)).clientId).toBe('starling-cli');
    expect((await after.ask()).status).toBe(200);
    await after.stop();
  });

  it('does not prolong a token', async () => {
    const before = await startIssuer(mesh);
    const token = (await before.ask()).body.access_token ?? '';
    await before.stop();
    mesh.clock.advance(3_600);
    const after = await startIssuer(mesh);
    await expect(after.verify(token)).rejects.toMatchObject({ reason: 'EXPIRED' });
    await after.stop();
  });
});

describe('two issuers', () => {
  it('at the same time do not take each other’s tokens', async () => {
    const [one, two, sameName] = await Promise.all([
      startIssuer(mesh, 'http://one.example'),
      startIssuer(another(), 'http://two.example'),
      startIssuer(another(), 'http://one.example'),
    ]);
    const token = (await one.ask()).body.access_token ?? '';
    expect((await one.verify(token)).clientId).toBe('starling-cli');
    await expect(two.verify(token)).rejects.toMatchObject({ reason: 'BAD_SIGNATURE' });
    await expect(sameName.verify(token)).rejects.toMatchObject({ reason: 'BAD_SIGNATURE' });
    for (const issuer of [one, two, sameName]) await issuer.stop();
  });

  it('that share keys still mind the name', async () => {
    const one = await startIssuer(mesh, 'http://one.example');
    const two = await startIssuer(mesh, 'http://two.example');
    const token = (await one.ask()).body.access_token ?? '';
    await expect(two.verify(token)).rejects.toMatchObject({ reason: 'WRONG_ISSUER' });
    for (const issuer of [one, two]) await issuer.stop();
  });

  it('that start at once on the same secrets make one key', async () => {
    const keys = await Promise.all(Array.from({ length: 4 }, () => loadSigningKeys(mesh.secrets)));
    const kids = new Set(keys.flatMap(({ verifying }) => verifying.keys.map(({ kid }) => kid)));
    expect(kids.size).toBe(1);
    expect((await loadSigningKeys(mesh.secrets)).verifying.keys[0]?.kid).toBe([...kids][0]);
  });
});

it('takes a rotated secret at once, and the old one no more', async () => {
  const issuer = await startIssuer(mesh);
  expect((await issuer.ask()).status).toBe(200);
  const client = await mesh.clients.get('starling-cli');
  if (!client) throw new Error('no client');
  await mesh.clients.put({ ...client, secretHash: hashSecret('a new secret') });

  expect((await issuer.ask()).status).toBe(401);
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  expect((await issuer.send({ headers: { Authorization: basic(client.id, 'a new secret') }, body })).status).toBe(200);
  await issuer.stop();
});

it('gives a client fewer scopes as soon as it has fewer', async () => {
  const issuer = await startIssuer(mesh);
  const client = await mesh.clients.get('starling-cli');
  if (!client) throw new Error('no client');
  await mesh.clients.put({ ...client, scopes: ['starling/echo:invoke'] });
  expect((await issuer.ask()).body.scope).toBe('starling/echo:invoke');
  expect((await issuer.ask({ scope: 'gateway:admin' })).body.error).toBe('invalid_scope');
  await mesh.clients.put({ ...client, scopes: [] });
  const { body } = await issuer.ask();
  expect(body.scope).toBeUndefined();
  expect((await issuer.verify(body.access_token ?? '')).scopes).toEqual([]);
  await issuer.stop();
});

it.each([
  ' ',
  'null',
  '{}',
  '{"keys":[]}',
  '{"keys":[null]}',
  '{"keys":[{"kty":"RSA","n":"secret-part"}]}',
  'secret-part',
])('says that the kept keys %j are none, without showing them', async (kept) => {
  await mesh.secrets.put('token-signing-keys', kept);
  const error: unknown = await loadSigningKeys(mesh.secrets).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'CONFIGURATION' });
  expect(String(error)).not.toContain('secret-part');
});
