import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const files = globSync('{services,shared,cli,tools,plugins}/**/*.{ts,js}', { cwd: root }).filter(
  (file) => !file.includes('generated/'),
);

/** The modules of the project that a file imports, by static and dynamic imports, as paths from the root. */
function importsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(
    ([, specifier]) => specifier ?? '',
  );
  return specifiers.map((specifier) => path.posix.join(path.posix.dirname(file), specifier));
}

/** `services/gateway/app.ts` belongs to services/gateway; each example agent is a service of its own. */
function serviceOf(file: string): string | undefined {
  return /^services\/(?:agents\/[^/]+|[^/]+)/.exec(file)?.[0];
}

const imports = files.flatMap((file) => importsOf(file).map((imported) => ({ file, imported })));

function breaches(breaks: (file: string, imported: string) => boolean): string[] {
  return imports
    .filter(({ file, imported }) => breaks(file, imported))
    .map(({ file, imported }) => `${file} → ${imported}`);
}

describe('imports go down only', () => {
  it('sees the imports at all', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(imports).toContainEqual({ file: 'services/agents/echo/handler.ts', imported: 'shared/agent/index.ts' });
  });

  it('a service imports no other service', () => {
    expect(
      breaches((file, imported) => {
        const [from, to] = [serviceOf(file), serviceOf(imported)];
        return from !== undefined && to !== undefined && from !== to;
      }),
    ).toEqual([]);
  });

  it('shared imports no service', () => {
    expect(breaches((file, imported) => file.startsWith('shared/') && !imported.startsWith('shared/'))).toEqual([]);
  });

  it('only the factories of the runtimes know adapters', () => {
    // tables.ts is no adapter but what the template is made of.
    const adapter = /^shared\/(?:embedded|aws)\/(?!tables\.ts$)/;
    const factory = /^shared\/runtime\//;
    expect(breaches((file, imported) => adapter.test(imported) && !adapter.test(file) && !factory.test(file))).toEqual(
      [],
    );
  });

  it('ports know no adapter, no runtime and no agent', () => {
    expect(
      breaches(
        (file, imported) =>
          file.startsWith('shared/ports/') && /^shared\/(?:embedded|aws|runtime|agent)\//.test(imported),
      ),
    ).toEqual([]);
  });
});
