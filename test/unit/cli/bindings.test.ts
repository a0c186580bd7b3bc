import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { runCommand } from './command.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** It asks no mesh. */
const nowhere = () => ({ url: 'http://127.0.0.1:1', folder });

it('starling bindings writes files and prints their names', async () => {
  const out = path.join(folder, 'new', 'python');
  const file = path.join(out, 'starling_events.py');
  const ended = await runCommand(nowhere(), ['bindings', '--lang', 'python', '--out', out]);
  expect(ended).toMatchObject({ code: 0, stdout: `${file}\n`, stderr: '' });
  expect(readFileSync(file, 'utf8')).toContain('class TaskRequestedV1:');

  const json = await runCommand(nowhere(), ['bindings', '--lang', 'python', '--out', 'here', '--json'], {
    cwd: folder,
  });
  expect(JSON.parse(json.stdout)).toEqual({ files: [path.join('here', 'starling_events.py')] });
  expect(readFileSync(path.join(folder, 'here', 'starling_events.py'), 'utf8')).toContain('class TaskRequestedV1:');
});

it('starling bindings says where it cannot write', async () => {
  const out = path.join(folder, 'file');
  writeFileSync(out, '');
  const ended = await runCommand(nowhere(), ['bindings', '--lang', 'go', '--out', out]);
  expect(ended).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('Name another folder with --out'),
  });
});

it.each([[['--lang', 'cobol']], [[]]])('starling bindings %j is typed wrongly', async (words) => {
  expect(await runCommand(nowhere(), ['bindings', ...words])).toMatchObject({ code: 2, stdout: '' });
});
