import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { hashSecret } from '#shared/security/client-secret.ts';
import { basic, type Mesh, openMesh, type RunningIssuer, startIssuer } from './host.ts';

/** A client as a mesh of November 2026 stored it. */
const secret = 'ujMOXlNUb_wwtgsu51OFdhyl8kr8fzRXxo06oNrate0';
const scryptHash = '$scrypt$ln=14,r=8,p=1$YNbIOw6ROpe0epTNYWGO7Q$sjUrj87dhilVSUslQLfKEfVjlKMxy2u3E7XuaDKWoXE';
const old = { id: 'old', name: 'Old', secretHash: scryptHash, scopes: ['starling/agents:invoke'], createdAt: 1 };

let mesh: Mesh;
let issuer: RunningIssuer;
beforeEach(async () => {
  mesh = openMesh();
  issuer = await startIssuer(mesh);
  await mesh.clients.put(old);
});
afterEach(async () => {
  await issuer.stop();
  await mesh.close();
});

const ask = async (password = secret) => {
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  return (await issuer.send({ headers: { Authorization: basic('old', password) }, body })).status;
};

it('a token request replaces the old hash, and the next request works', async () => {
  expect(await ask()).toBe(200);
  expect(await mesh.clients.get('old')).toEqual({ ...old, secretHash: hashSecret(secret) });
  expect(await ask()).toBe(200);
});

it('requests at the same time all work', async () => {
  const statuses = await Promise.all(Array.from({ length: 20 }, () => ask()));
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await mesh.clients.get('old')).toEqual({ ...old, secretHash: hashSecret(secret) });
});

it('a wrong secret leaves the old hash', async () => {
  expect(await ask('wrong')).toBe(401);
  expect(await mesh.clients.get('old')).toEqual(old);
});

it('a token request keeps what an operator changes meanwhile', async () => {
  const rotated = { ...old, secretHash: hashSecret('new'), scopes: [] };
  const replaceHash = mesh.clients.replaceHash.bind(mesh.clients);
  vi.spyOn(mesh.clients, 'replaceHash').mockImplementation(async (...given) => {
    await mesh.clients.put(rotated);
    await replaceHash(...given);
  });
  await ask();
  expect(await mesh.clients.get('old')).toEqual(rotated);
});

it('a client gets its token when the new hash cannot be stored', async () => {
  vi.spyOn(mesh.clients, 'replaceHash').mockRejectedValueOnce(new Error('disk full'));
  expect(await ask()).toBe(200);
  expect(issuer.errors).toEqual(['The new hash of a client secret could not be stored']);
  expect(await ask()).toBe(200);
  expect(await mesh.clients.get('old')).toMatchObject({ secretHash: hashSecret(secret) });
});
