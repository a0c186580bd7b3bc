import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { Mesh, writeFixtureConfig } from '#test/support/mesh.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A mesh of the test mesh's serverless.yml, changed. */
async function meshOf(change: (text: string) => string): Promise<Mesh> {
  const folder = temporaryFolder();
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(
    path.join(folder, 'broken.ts'),
    "export const handler = () => { throw new Error('the queue of the inline function had a message'); };\n",
  );
  const mesh = await Mesh.start({ config: writeFixtureConfig(folder, change) });
  cleanups.push(() => mesh.stop());
  return mesh;
}

/** The schedule must not do what `wakeAtDeadlines` is for. */
const sweptOnceADay = (text: string) => text.replace('rate(1 minute)', 'rate(1 day)');

it('has no power: with each function of the mesh renamed, events are folded inline and deadlines are kept', async () => {
  const names = ['gateway', 'authorizer', 'projector', 'chunks', 'sweeper', 'registry'];
  const mesh = await meshOf((text) =>
    names
      .reduce(
        (renamed, name) => renamed.replace(`\n  ${name}:\n    handler`, `\n  my-${name}:\n    handler`),
        sweptOnceADay(text),
      )
      .replace('name: authorizer', 'name: my-authorizer')
      // Nothing reaches its handler while its events are folded inline.
      .replace(/handler: \S+projector\.handler/, 'handler: broken.handler'),
  );
  expect((await mesh.send('echo', 'hello')).status.state).toBe('TASK_STATE_COMPLETED');
  expect((await mesh.send('sleeper', 'zzz')).status.state).toBe('TASK_STATE_FAILED');
  expect(mesh.output).not.toContain('the queue of the inline function');
});

it('has no power: a function named projector that is not inline gets its events through its queue', async () => {
  const mesh = await meshOf((text) =>
    text.replace('          inline: true\n', '').replace(/handler: \S+projector\.handler/, 'handler: broken.handler'),
  );
  await mesh.send('echo', 'hello', { configuration: { returnImmediately: true } });
  await expect.poll(() => mesh.output).toContain('the queue of the inline function');
});

it('has no power: without inline, the function folds what comes through its queue', async () => {
  const mesh = await meshOf((text) => text.replace('          inline: true\n', ''));
  expect((await mesh.send('echo', 'hello')).status.state).toBe('TASK_STATE_COMPLETED');
});
