import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { Mesh } from '#test/support/mesh.ts';
import { eventCases } from './cases/events.ts';

const bin = path.resolve(import.meta.dirname, '../../bin/starling.js');

const data = temporaryFolder();
let mesh: Mesh;
beforeAll(async () => {
  mesh = await Mesh.start({ data });
});
afterAll(async () => {
  await mesh.stop();
  rmSync(data, { recursive: true, force: true });
});

eventCases(() => mesh);

it('an event that the command put is on the bus, after a kill -9 too', async () => {
  const words = [
    'events',
    'put',
    '--source',
    'com.example.shop',
    '--type',
    'OrderPlaced.v1',
    '--payload',
    '{"count":7}',
  ];
  const env = { ...process.env, STARLING_URL: mesh.url, STARLING_DATA: data };
  const { stdout } = await promisify(execFile)(process.execPath, [bin, ...words], { env });
  const id = stdout.trim();
  mesh.signal('SIGKILL');
  await mesh.exited;
  mesh = await Mesh.start({ data });
  const pattern = encodeURIComponent(JSON.stringify({ source: ['com.example.shop'], detail: { id: [id] } }));
  const response = await mesh.admin(`/admin/events?after=0&pattern=${pattern}`);
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(Buffer.from(value ?? []).toString()).toContain('"count":7');
  await reader?.cancel();
});
