import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from '#shared/make-folder.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

let place: string;
beforeEach(() => {
  place = temporaryFolder();
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

it('makes a folder and those above it for their owner only', () => {
  makeFolder(path.join(place, 'a/b/c'));
  for (const made of ['a', 'a/b', 'a/b/c']) expect(statSync(path.join(place, made)).mode & 0o777).toBe(0o700);
});

it('leaves what is there as it is', () => {
  const there = path.join(place, 'there');
  mkdirSync(there, { mode: 0o755 });
  makeFolder(there);
  makeFolder(`${there}/`);
  expect(statSync(there).mode & 0o777).toBe(0o755);
});

it('goes through links', () => {
  symlinkSync(place, path.join(place, 'link'));
  makeFolder(path.join(place, 'link/below'));
  expect(statSync(path.join(place, 'below')).isDirectory()).toBe(true);
});

it('fails below a file and below a link to nowhere', () => {
  writeFileSync(path.join(place, 'file'), '');
  expect(() => makeFolder(path.join(place, 'file/below'))).toThrow('ENOTDIR');
  symlinkSync('/nowhere/at/all', path.join(place, 'link'));
  expect(() => makeFolder(path.join(place, 'link/below'))).toThrow('ENOENT');
});

it.skipIf(process.platform !== 'linux')('fails below /proc, where none can be made, instead of trying for ever', () => {
  expect(() => makeFolder('/proc/starling/data')).toThrow('ENOENT');
});
