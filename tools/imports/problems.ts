import { readFileSync } from 'node:fs';
import path from 'node:path';
import { cruise, type ICruiseResult, type IViolation } from 'dependency-cruiser';
import configuration, { table } from '../../.dependency-cruiser.mjs';
import { circlesOf } from './circles.ts';

/** Breaches of the rules as lines to print, and how many files were read. */
export interface Imports {
  readonly problems: readonly string[];
  readonly files: number;
}

/**
 * Reads the imports of a tree and compares them with `.dependency-cruiser.mjs`.
 *
 * The function calls the checker's API, because the checker's command warns on each run that it cannot use TypeScript 7.
 *
 * @param root a folder with the layout of this project, and a package.json with its `imports`
 */
export async function checkImports(root: string): Promise<Imports> {
  const { options, forbidden = [] } = configuration;
  const folders = new Set(Object.keys(table).map((folder) => folder.replace(/\/.*/, '')));
  const checked = { ...options, baseDir: root, validate: true, ruleSet: { forbidden } };
  const { modules, summary } = (await cruise([...folders], checked)).output as ICruiseResult;
  const files = modules.filter(({ source, couldNotResolve }) => !couldNotResolve && !isPackage(source));
  const circles = circlesOf(
    files.map(({ source, dependencies }) => ({
      path: source,
      imports: dependencies
        .filter(({ coreModule, couldNotResolve, resolved }) => !coreModule && !couldNotResolve && !isPackage(resolved))
        .map(({ resolved }) => resolved),
    })),
  );
  return {
    problems: [
      ...summary.violations.map(sentence),
      ...files.flatMap(({ source }) => importsInTypes(root, source)),
      ...circles.map(({ folder, steps }) => {
        const imports = steps.map(({ from, to }) => `  ${from} imports ${to}`);
        return [`The children of ${folder} form a circle:`, ...imports].join('\n');
      }),
    ],
    files: files.length,
  };
}

/** The checker does not see an import inside of a type, so `tsc` alone would allow any direction there. */
function importsInTypes(root: string, source: string): string[] {
  if (!/\.m?[jt]s$/.test(source)) return [];
  const text = readFileSync(path.join(root, source), 'utf8');
  const imports = text.matchAll(/(?:typeof import\('[.#][^']+'\)|\bimport\('[.#][^']+'\)\.[A-Z])/g);
  return Array.from(imports, ([found]) => `${source} imports inside of a type (${found}): use "import type" instead.`);
}

function isPackage(path: string): boolean {
  return path.includes('node_modules');
}

function sentence({ rule, from, to, comment, cycle }: IViolation): string {
  if (cycle !== undefined) return `Files form a circle: ${[from, ...cycle.map(({ name }) => name)].join(' → ')}`;
  return [`${from} may not import ${to}: rule "${rule.name}".`, ...(comment === undefined ? [] : [comment])].join(' ');
}
