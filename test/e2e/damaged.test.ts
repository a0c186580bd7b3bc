import { closeSync, fstatSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '../support/fixtures.ts';
import { fixtureConfig, Mesh } from '../support/mesh.ts';

const PAGE = 8_192;

let data: string;
beforeEach(() => {
  data = temporaryFolder();
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

/** As a disk or another program may: all pages but the first, which says where things are. */
function damage(file: string): void {
  const descriptor = openSync(file, 'r+');
  const { size } = fstatSync(descriptor);
  for (let at = PAGE; at < size; at += PAGE) writeSync(descriptor, Buffer.alloc(PAGE, 0xa5), 0, PAGE, at);
  closeSync(descriptor);
}

it('a database that is damaged under the mesh ends it with exit code 1 and a sentence, and answers no call from it', async () => {
  const first = await Mesh.start({ config: fixtureConfig, data });
  const kept = await first.send('echo', 'x'.repeat(20_000));
  await first.stop();
  const mesh = await Mesh.start({ config: fixtureConfig, data });
  await mesh.token();
  // What was read once is in memory.
  damage(path.join(data, 'starling.db'));
  const answers = await Promise.allSettled([mesh.task('echo', kept.id), mesh.send('echo', 'more')]);
  expect(await mesh.exited).toEqual({ code: 1, signal: null });
  expect(mesh.output).toContain('the mesh cannot go on');
  expect(mesh.output).toMatch(/The database .*starling\.db is damaged \(database disk image is malformed/);
  expect(mesh.output).toContain('backup');
  for (const answer of answers) if (answer.status === 'fulfilled') expect(answer.value).toBeUndefined();
});
