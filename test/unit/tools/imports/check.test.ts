import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { checkImports } from '#tools/imports/problems.ts';
import { table } from '../../../../.dependency-cruiser.mjs';

const root = path.resolve(import.meta.dirname, '../../../..');

/** Makes a tree of these files, with the project's package.json. */
function treeOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  for (const top of tops) mkdirSync(path.join(folder, top), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

/** The problems that `npm run imports` prints for a tree of these files. */
async function check(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = treeOf(files);
  try {
    return (await checkImports(folder)).problems.join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const tops = [...new Set(Object.keys(table).map((folder) => folder.replace(/\/.*/, '')))];

describe('the directions of the table', () => {
  // Each folder of the table has a file that imports everything, and a file that everything imports.
  const folders = Object.keys(table).flatMap((folder) =>
    folder.endsWith('/*') ? ['one', 'two'].map((name) => folder.replace('*', name)) : [folder],
  );
  const named = Object.values(table).flatMap((names) =>
    names.filter((name) => /\.\w+$/.test(name) && !name.includes('*')),
  );
  const targets = [...new Set([...folders.map((folder) => `${folder}/target.ts`), ...named])];
  const importers = folders.map((folder) => `${folder}/importer.ts`);
  let breaches: Map<string, Set<string>>;

  beforeAll(async () => {
    const files = Object.fromEntries(targets.map((target) => [target, 'export const value = 1;\n']));
    for (const importer of importers) {
      const imports = targets.map((target) => `import '${path.posix.relative(path.dirname(importer), target)}';`);
      files[importer] = imports
        .join('\n')
        .replaceAll(/'(?!\.)/g, (quote, at: number, text: string) => (text[at + 1] === ';' ? quote : `'./`));
    }
    delete files['package.json'];
    const output = await check(files);
    breaches = new Map(importers.map((importer) => [importer, new Set()]));
    for (const [, from = '', to = ''] of output.matchAll(/^(\S+) may not import (\S+): rule/gm)) {
      breaches.get(from)?.add(to);
    }
  });

  it.each(folders)('fails for each import of %s that its row does not have', (folder) => {
    const row = Object.keys(table).findLast((name) => name === folder || name === folder.replace(/[^/]+$/, '*')) ?? '';
    const allowed = [`${folder}/`, ...(table[row] ?? [])];
    const forbidden = targets.filter((target) => !allowed.some((name) => covers(name, target)));
    // Suites may import everything.
    expect(forbidden.length > 0).toBe(!allowed.includes('*'));
    expect([...(breaches.get(`${folder}/importer.ts`) ?? [])].sort()).toEqual(forbidden.sort());
  });

  it('forbids the directions that the design forbids', () => {
    const forbidden = (from: string, to: string) => breaches.get(`${from}/importer.ts`)?.has(`${to}/target.ts`);
    expect(forbidden('services/one', 'services/two')).toBe(true);
    expect(forbidden('agents/one', 'agents/two')).toBe(true);
    expect(forbidden('services/one', 'adapters/two')).toBe(true);
    expect(forbidden('services/one', 'hosts/runtimes')).toBe(true);
    expect(forbidden('shared/tasks', 'services/one')).toBe(true);
    expect(forbidden('shared/ports', 'shared/events')).toBe(true);
    expect(forbidden('shared/patterns', 'shared/events')).toBe(true);
    expect(forbidden('adapters/one', 'adapters/two')).toBe(true);
    expect(forbidden('hosts/standalone', 'adapters/one')).toBe(true);
    expect(forbidden('hosts/runtimes', 'adapters/one')).toBe(false);
    expect(forbidden('services/one', 'shared/tasks')).toBe(false);
  });
});

/** Whether a name of a row covers a path: a file, `folder/*.ts`, `*`, or a folder with everything below it. */
function covers(name: string, target: string): boolean {
  if (name === '*' || name === target) return true;
  if (name.endsWith('/*.ts')) return path.posix.dirname(target) === name.slice(0, -'/*.ts'.length);
  return target.startsWith(name.endsWith('/') ? name : `${name}/`);
}

describe('every way to import', () => {
  it.each([
    ['import', `import { value } from '#adapters/sqlite/target.ts';\nexport const other = value;\n`],
    ['import type', `import type { Value } from '#adapters/sqlite/target.ts';\nexport type Other = Value;\n`],
    ['inline type', `import { type Value } from '#adapters/sqlite/target.ts';\nexport type Other = Value;\n`],
    ['export … from', `export { value } from '#adapters/sqlite/target.ts';\n`],
    ['export type … from', `export type { Value } from '#adapters/sqlite/target.ts';\n`],
    ['dynamic import', `export const other = await import('#adapters/sqlite/target.ts');\n`],
  ])('is seen: %s', async (_, text) => {
    const output = await check({
      'shared/tasks/importer.ts': text,
      'adapters/sqlite/target.ts': 'export const value = 1;\nexport type Value = number;\n',
    });
    expect(output).toContain('shared/tasks/importer.ts may not import adapters/sqlite/target.ts');
  });

  it.each([
    ['a type of a file', '.Value'],
    ['the type of a file', ''],
  ])('must not be inside of a type: %s', async (_, member) => {
    const output = await check({
      'shared/tasks/importer.ts': `export type Other = ${member === '' ? 'typeof ' : ''}${'import'}('#adapters/sqlite/target.ts')${member};\n`,
      'adapters/sqlite/target.ts': 'export type Value = number;\n',
    });
    expect(output).toContain('shared/tasks/importer.ts imports inside of a type');
  });

  it('rejects an import of a file that does not exist', async () => {
    const output = await check({ 'shared/tasks/importer.ts': `import '#shared/missing.ts';\n` });
    expect(output).toContain('shared/tasks/importer.ts may not import #shared/missing.ts: rule "no-unresolved"');
  });
});

describe('circles', () => {
  const leaf = 'export const value = 1;\n';
  const importing = (...names: string[]) => names.map((name) => `import '#${name}';\n`).join('');

  it.each([
    ['two files', { 'shared/a.ts': importing('shared/b.ts'), 'shared/b.ts': importing('shared/a.ts') }],
    [
      'three files of types',
      {
        'shared/a.ts': `import type { B } from './b.ts';\nexport type A = B;\n`,
        'shared/b.ts': `import type { C } from './c.ts';\nexport type B = C;\n`,
        'shared/c.ts': `import type { A } from './a.ts';\nexport type C = A;\n`,
      },
    ],
  ])('is seen: %s', async (_, files) => {
    const output = await check(files);
    expect(output).toMatch(/Files form a circle: shared\/a\.ts → |Files form a circle: shared\/b\.ts → /);
  });

  // No file of these trees is part of a circle.
  it.each([
    ['the root', '.', ['test/unit', 'tools/schemas']],
    ['shared', 'shared', ['shared/tasks', 'shared/ports']],
    ['a folder with a file beside it', 'shared/tasks', ['shared/tasks/below', 'shared/tasks']],
    ['adapters/sqlite', 'adapters/sqlite', ['adapters/sqlite/backup', 'adapters/sqlite/retention']],
    ['folders below those folders', 'adapters/sqlite', ['adapters/sqlite/backup/steps', 'adapters/sqlite/retention']],
  ])('of folders is seen in %s', async (_, folder, [one = '', two = '']) => {
    const output = await check({
      [`${one}/a.ts`]: importing(`${two}/b.ts`),
      [`${two}/b.ts`]: folder === 'shared/tasks' ? importing(`${one}/c.ts`) : leaf,
      [`${two}/d.ts`]: importing(`${path.posix.dirname(one) === folder ? one : path.posix.dirname(one)}/c.ts`),
      [`${one}/c.ts`]: leaf,
      [`${path.posix.dirname(one)}/c.ts`]: leaf,
    });
    expect(output).toContain(`The children of ${folder} form a circle:`);
    expect(output).not.toContain('Files form a circle');
  });

  it('are not seen where folders import each other in one direction', async () => {
    const files = { 'shared/tasks/a.ts': importing('shared/ports/b.ts'), 'shared/ports/b.ts': leaf };
    expect(await check(files)).toBe('');
  });
});

describe('npm run imports', () => {
  it.each([
    ['ends with 0 where the imports follow the rules', `import '#shared/ports/b.ts';\n`, 0],
    ['ends with 1 where an import breaks a rule', `import '#adapters/sqlite/b.ts';\n`, 1],
  ])('%s', (_, text, status) => {
    const files = { 'shared/tasks/a.ts': text, 'shared/ports/b.ts': '', 'adapters/sqlite/b.ts': '' };
    const folder = treeOf(files);
    try {
      const command = path.join(root, 'tools/imports/check.ts');
      const ended = spawnSync(process.execPath, [command], { cwd: folder, encoding: 'utf8' });
      expect(ended).toMatchObject({ status, stdout: status === 0 ? expect.stringContaining('follow the rules') : '' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the tree', () => {
  it('has no folder with code that the table does not have', () => {
    const ignored = ['node_modules', 'build', 'coverage'];
    const folders = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !ignored.includes(entry.name))
      .map(({ name }) => name)
      .filter((name) => globSync(`${name}/**/*.{ts,tsx,js,mjs,cjs}`, { cwd: root }).length > 0);
    expect(folders.filter((name) => !tops.includes(name))).toEqual([]);
  });
});
