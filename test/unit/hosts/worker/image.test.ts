import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../../../package.json' with { type: 'json' };

const root = path.resolve(import.meta.dirname, '../../../..');
const copied = readFileSync(path.join(root, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1));
const files = globSync(`{${copied.join(',')}}/**/*.{ts,js}`, { cwd: root });

/** What a file imports that runs: types are gone by then. */
function importsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8').replaceAll(/^import type [^;]*;/gm, '');
  return [...text.matchAll(/(?:^import|^export [^;]*? from|\bimport\() ?(?:[^;'()]*? from )?'([^']+)'/gm)].map(
    ([, specifier]) => specifier ?? '',
  );
}
const imports = files.flatMap((file) => importsOf(file).map((imported) => ({ file, imported })));

/** The file of the project that an import names; undefined for a package. */
function fileOf({ file, imported }: { file: string; imported: string }): string | undefined {
  if (imported.startsWith('#')) return imported.slice(1);
  return imported.startsWith('.') ? path.posix.join(path.posix.dirname(file), imported) : undefined;
}

describe('the image of a worker', () => {
  it('is looked at whole', () => {
    expect(imports).toContainEqual({ file: 'cli/commands/worker.ts', imported: '#hosts/worker/main.ts' });
    expect(imports).toContainEqual({ file: 'cli/program.ts', imported: 'commander' });
  });

  it('has every file that a file of it imports', () => {
    const missing = imports
      .map(fileOf)
      .filter((file) => file !== undefined)
      .filter((file) => !copied.some((part) => file === part || file.startsWith(`${part}/`)));
    expect(missing).toEqual([]);
  });

  it('has every package, as it is installed without those for development', () => {
    const packages = imports
      .filter(({ imported }) => !/^[.#]/.test(imported) && !isBuiltin(imported))
      .map(({ imported }) => /^(?:@[^/]+\/)?[^/]+/.exec(imported)?.[0] ?? imported);
    expect([...new Set(packages)].filter((name) => !Object.hasOwn(manifest.dependencies, name))).toEqual([]);
  });
});
