import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientFile, readClientFile, seedClient, seedSecurity } from '#hosts/standalone/issuer/seed-client.ts';
import { checkSecret } from '#shared/security/client-secret.ts';
import { type Mesh, openMesh } from './host.ts';

let mesh: Mesh;
beforeEach(() => {
  mesh = openMesh();
});
afterEach(() => mesh.close());

const accepts = async (secret: string) =>
  (await checkSecret(secret, (await mesh.clients.get('starling-cli'))?.secretHash ?? '')) === 'right';

describe('the client of the command', () => {
  it('is made at the first start, with all scopes and a file of its own', async () => {
    const seeded = await seedClient(mesh);
    expect(seeded).toMatchObject({ clientId: 'starling-cli', renewed: true, file: clientFile(mesh.folder) });
    expect(statSync(seeded.file).mode & 0o777).toBe(0o600);
    expect(await readClientFile(seeded.file)).toEqual({ clientId: 'starling-cli', clientSecret: seeded.clientSecret });
    const client = await mesh.clients.get('starling-cli');
    expect(client).toMatchObject({
      scopes: ['starling/agents:invoke', 'starling/events:put', 'starling/gateway:admin'],
      createdAt: mesh.clock.now(),
    });
    expect(JSON.stringify(client)).not.toContain(seeded.clientSecret);
    expect(await accepts(seeded.clientSecret)).toBe(true);
  });

  it('stays as it is while the file is good', async () => {
    const first = await seedClient(mesh);
    expect(first.isFirst).toBe(true);
    expect(await seedClient(mesh)).toEqual({ ...first, renewed: false, isFirst: false });
  });

  const damages: [string, (file: string) => void][] = [
    ['is gone', (file) => rmSync(file)],
    ['is no JSON', (file) => writeFileSync(file, '{')],
    ['is empty', (file) => writeFileSync(file, '')],
    ['is null', (file) => writeFileSync(file, 'null')],
    ['holds another secret', (file) => writeFileSync(file, '{"clientId":"starling-cli","clientSecret":"x"}')],
    [
      'holds another client',
      (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('starling-cli', 'other')),
    ],
    ['holds no secret', (file) => writeFileSync(file, '{"clientId":"starling-cli"}')],
  ];
  it.each(damages)('gets a new secret when the file %s', async (_what, damage) => {
    const first = await seedClient(mesh);
    damage(first.file);
    const second = await seedClient(mesh);
    expect(second).toMatchObject({ renewed: true, isFirst: false });
    expect(second.clientSecret).not.toBe(first.clientSecret);
    expect(await readClientFile(second.file)).toMatchObject({ clientSecret: second.clientSecret });
    expect(await accepts(first.clientSecret)).toBe(false);
    expect(await accepts(second.clientSecret)).toBe(true);
    expect(await seedClient(mesh)).toMatchObject({ clientSecret: second.clientSecret, renewed: false });
  });

  it('keeps what an operator did to it when its secret is renewed', async () => {
    const { file } = await seedClient(mesh);
    const client = await mesh.clients.get('starling-cli');
    if (!client) throw new Error('no client');
    await mesh.clients.put({ ...client, scopes: ['starling/echo:invoke'], disabledAt: 5 });
    rmSync(file);
    await seedClient(mesh);
    expect(await mesh.clients.get('starling-cli')).toMatchObject({ scopes: ['starling/echo:invoke'], disabledAt: 5 });
  });
});

describe('the permissions', () => {
  it('let one scope call every agent', async () => {
    await seedSecurity(mesh);
    expect(await mesh.permissions.list()).toEqual([{ subject: 'scope:starling/agents:invoke', agent: '*' }]);
  });

  it('that were taken back do not return', async () => {
    await seedSecurity(mesh);
    for (const grant of await mesh.permissions.list()) await mesh.permissions.revoke(grant);
    rmSync(clientFile(mesh.folder));
    await seedSecurity(mesh);
    expect(await mesh.permissions.list()).toEqual([]);
  });
});
