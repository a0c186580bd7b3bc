import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './command.ts';

const nowhere = { url: 'http://127.0.0.1:1', folder: '/nowhere' };
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'starling-completion-'));
  writeFileSync(path.join(folder, 'a file.json'), '{}');
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout, stderr } = await runCommand(nowhere, ['completion', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    writeFileSync(path.join(folder, shell), stdout);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Shell {
  readonly name: string;
  /** The words that the shell offers for a line that is typed. The script is in the file of the shell's name. */
  offers(words: readonly string[]): string[];
}

function run(shell: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string[] {
  const { stdout, stderr, error } = spawnSync(shell, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: folder, ...env },
  });
  if (error) throw error;
  if (stderr !== '') throw new Error(stderr);
  return stdout.split('\n').filter((line) => line !== '');
}

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');

const shells: readonly Shell[] = [
  {
    name: 'bash',
    offers: (words) =>
      run('bash', [
        '--norc',
        '-c',
        `source ./bash; COMP_WORDS=(starling ${quoted(words)}); COMP_CWORD=${words.length}; _starling; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ]),
  },
  {
    name: 'zsh',
    // Completion works only on a line that is edited, so the functions that offer words are replaced.
    offers: (words) =>
      run('zsh', [
        '-f',
        '-c',
        `compdef() {}; _files() { print -rl -- *.json }
         compadd() { print -rl -- $@ }
         _describe() { local -a all; all=(\${(P)\${@[-1]}}); print -rl -- \${all%%:*} }
         source ./zsh; words=(starling ${quoted(words)}); CURRENT=${words.length + 1}; _starling`,
      ]).filter((word) => word.startsWith(words.at(-1) ?? '')),
  },
  {
    name: 'fish',
    offers: (words) =>
      run('fish', ['--no-config', '-c', `source fish; complete -C 'starling ${words.join(' ')}'`]).map(
        (line) => line.split('\t')[0] ?? '',
      ),
  },
];

const isInstalled = ({ name }: Shell) => spawnSync(name, ['--version']).status === 0;

describe.each(shells.filter(isInstalled))('completion in $name', ({ offers }) => {
  it.each([
    { words: [''], offered: ['call', 'tasks', 'completion'], not: ['watch', 'a file.json'] },
    { words: ['ta'], offered: ['tasks'], not: ['call'] },
    { words: ['tasks', ''], offered: ['list', 'get', 'watch', 'cancel'], not: ['call'] },
    { words: ['--url', 'tasks', 'events', ''], offered: ['tail', 'put'], not: ['watch'] },
    { words: ['tasks', 'list', '--'], offered: ['--agent', '--state', '--json', '--url', '--help'], not: ['--stream'] },
    { words: ['call', 'echo', '--st'], offered: ['--stream', '--stage'], not: ['--json'] },
    { words: ['bindings', '--lang', ''], offered: ['python', 'go', 'java', 'typescript'], not: ['--out'] },
    { words: ['call', 'echo', '--file', ''], offered: ['a file.json'], not: ['--file', 'list'] },
    { words: ['events', 'put', ''], offered: ['a file.json'], not: ['tail'] },
    { words: ['completion', ''], offered: ['bash', 'zsh', 'fish'], not: ['call'] },
  ])('of $words offers $offered', ({ words, offered, not }) => {
    const given = offers(words).map((word) => word.replaceAll('\\ ', ' '));
    expect(given).toEqual(expect.arrayContaining(offered));
    for (const word of not) expect(given).not.toContain(word);
  });
});

it('is of a shell that exists', async () => {
  expect(await runCommand(nowhere, ['completion', 'tcsh'])).toMatchObject({ code: 2, stdout: '' });
  expect(await runCommand(nowhere, ['completion'])).toMatchObject({ code: 2, stdout: '' });
});
