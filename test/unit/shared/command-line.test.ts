import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandLines, shellOf, shellWord } from '#shared/command-line.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const bin = path.join(root, 'bin/starling.js');
let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'starling-line-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const inside = (...names: string[]) => {
  const made = path.join(folder, ...names);
  mkdirSync(made, { recursive: true });
  return made;
};

describe('the program of a printed command', () => {
  it.each(['.', 'docs', 'docs/concepts'])('is npx starling in the project: %s', (where) => {
    expect(new CommandLines({ cwd: path.join(root, where), path: '' }).program).toBe('npx starling');
  });

  it('is npx starling in a project that has installed the package', () => {
    const project = inside('project', 'node_modules', '.bin');
    symlinkSync(bin, path.join(project, 'starling'));
    writeFileSync(path.join(folder, 'project/package.json'), '{}');
    expect(new CommandLines({ cwd: inside('project', 'src'), path: '' }).program).toBe('npx starling');
  });

  it('is the path of the command elsewhere, also where npx would take a command of another package', () => {
    expect(new CommandLines({ cwd: folder, path: '' }).program).toBe(bin);
    writeFileSync(path.join(folder, 'package.json'), '{"bin": {"starling": "other.js"}}');
    writeFileSync(path.join(folder, 'other.js'), '');
    expect(new CommandLines({ cwd: folder, path: '' }).program).toBe(bin);
    writeFileSync(path.join(folder, 'package.json'), '{"bin": {');
    expect(new CommandLines({ cwd: folder, path: '' }).program).toBe(bin);
  });

  it('is starling where the PATH of the shell has this command, and not another one of that name', () => {
    const [ours, theirs, npms] = [inside('ours'), inside('theirs'), inside('x', 'node_modules', '.bin')];
    for (const place of [ours, npms]) symlinkSync(bin, path.join(place, 'starling'));
    writeFileSync(path.join(theirs, 'starling'), '#!/bin/sh\n');
    chmodSync(path.join(theirs, 'starling'), 0o755);
    expect(new CommandLines({ cwd: folder, path: `${theirs}:${ours}` }).program).toBe(bin);
    expect(new CommandLines({ cwd: folder, path: `${npms}:${ours}` }).program).toBe('starling');
    expect(new CommandLines({ cwd: folder, path: npms }).program).toBe(bin);
  });
});

describe('a printed command', () => {
  const lines = new CommandLines({ cwd: root, path: '' });

  it('names the mesh where it is not the default one of the shell', () => {
    expect(lines.line('agents')).toBe('npx starling agents');
    const named = lines.with({ kind: 'standalone', url: 'http://127.0.0.1:4280', data: path.join(root, '.starling') });
    expect(named.line('agents')).toBe('npx starling agents');
    const other = lines.with({ kind: 'standalone', url: 'http://127.0.0.1:5000', data: 'my mesh' });
    expect(other.line('agents')).toBe(`npx starling --url http://127.0.0.1:5000 --data '${root}/my mesh' agents`);
    const aws = lines.with({ kind: 'aws', stage: 'dev', region: 'eu-west-1' });
    expect(aws.line('agents')).toBe('npx starling --stage dev --region eu-west-1 agents');
  });

  it.each([
    ['plain-1.2', 'plain-1.2'],
    ['', "''"],
    ['two words', "'two words'"],
    ["it's $HOME", "'it'\\''s $HOME'"],
    ['...', "'...'"],
    ['~/x', "'~/x'"],
    ['a\nb', "'a\nb'"],
  ])('quotes %j for the shell', (word, quoted) => {
    expect(shellWord(word)).toBe(quoted);
  });

  it('starts the mesh that is named, where it is of this machine', () => {
    expect(lines.start()).toBe('npm start');
    const other = { kind: 'standalone', url: 'http://localhost:5000', data: '/srv/x' } as const;
    expect(lines.with(other).start()).toBe('STARLING_PORT=5000 STARLING_DATA=/srv/x npm start');
    const away = new CommandLines({ cwd: folder, path: '' });
    expect(away.start()).toBe(`STARLING_DATA=${folder}/.starling npm --prefix ${root} start`);
    expect(lines.with({ kind: 'standalone', url: 'https://mesh.example' }).start()).toBeUndefined();
    expect(lines.with({ kind: 'aws', stage: 'dev' }).start()).toBeUndefined();
  });

  it('is for the folder where npm was called', () => {
    expect(shellOf({ INIT_CWD: '/home/me', PATH: '/bin' }, root)).toEqual({ cwd: '/home/me', path: '/bin' });
    expect(shellOf({}, root)).toEqual({ cwd: root, path: undefined });
  });
});
