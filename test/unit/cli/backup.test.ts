import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { countIn, makeMeshFolder } from '../adapters/sqlite/backup/mesh-folder.ts';
import { runCommand } from './command.ts';

let place: string;
let file: string;
/** No mesh has to run for these commands. */
const at = (name: string) => ({ url: 'http://127.0.0.1:1', folder: path.join(place, name) });

beforeEach(async () => {
  place = temporaryFolder();
  file = path.join(place, 'mesh.backup');
  await makeMeshFolder(path.join(place, 'data'), 4);
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

describe('starling backup and restore', () => {
  it('say what they did', async () => {
    const backup = await runCommand(at('data'), ['backup', file]);
    expect(backup).toMatchObject({ code: 0, stderr: '' });
    expect(backup.stdout).toMatch(/mesh\.backup: 4 tasks, 4 events, \d+ bytes\n$/);

    const restored = await runCommand(at('new'), ['restore', file]);
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(restored.stdout).toMatch(/new: 4 tasks, 4 events as of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n$/);
    expect(countIn(at('new').folder)).toEqual({ tasks: 4, events: 4 });
  });

  it('print JSON', async () => {
    const { stdout } = await runCommand(at('data'), ['backup', file, '--json']);
    const backup = JSON.parse(stdout);
    expect(backup).toEqual({
      folder: at('data').folder,
      file,
      takenAt: expect.stringMatching(/Z$/),
      tasks: 4,
      events: 4,
      bytes: readFileSync(file).length,
    });
    // --data overrides the variable.
    const words = ['--data', path.join(place, 'other'), 'restore', file, '--json'];
    const { bytes: _, folder: __, ...manifest } = backup;
    expect(JSON.parse((await runCommand(at('data'), words)).stdout)).toEqual({
      ...manifest,
      folder: path.join(place, 'other'),
    });
  });

  it('overwrite and replace only with --force', async () => {
    writeFileSync(file, 'precious');
    expect(await runCommand(at('data'), ['backup', file])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `${file} is there already. Name another file, or overwrite it with --force.\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect(await runCommand(at('data'), ['backup', file, '--force'])).toMatchObject({ code: 0 });

    await makeMeshFolder(at('old').folder, 1);
    const refused = await runCommand(at('old'), ['restore', file]);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('--force');
    const { code, stderr } = await runCommand(at('old'), ['restore', file, '--force']);
    expect(code).toBe(0);
    const [, replaced = ''] = /The earlier content of the folder is now in (\S+)\n/.exec(stderr) ?? [];
    expect(countIn(replaced)).toEqual({ tasks: 1, events: 1 });
  });

  it.each([
    ['backup without a file', ['backup'], 2, /missing required argument/],
    ['restore without a file', ['restore'], 2, /missing required argument/],
    ['a mesh on AWS', ['--stage', 'dev', 'backup', 'x'], 2, /standalone/],
    ['a restore from nothing', ['restore', '/nowhere/x'], 1, /\/nowhere\/x cannot be read/],
    ['a folder that cannot be', ['--data', '/dev/null/x', 'backup', 'x'], 1, /no mesh's database in \/dev\/null\/x/],
  ])('say what is wrong: %s', async (_, words, code, message) => {
    const ended = await runCommand(at('data'), words);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  });

  it.each(['backup', 'restore'])('%s has help with an example', async (name) => {
    const { code, stdout } = await runCommand(at('data'), [name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`npx starling ${name} `);
  });

  it.skipIf(process.platform !== 'linux')('end where no folder can be made', async () => {
    await runCommand(at('data'), ['backup', file]);
    const { code, stderr } = await runCommand(at('data'), ['--data', '/proc/starling', 'restore', file]);
    expect(code).toBe(1);
    expect(stderr).toContain('/proc/starling cannot be used');
  });
});
