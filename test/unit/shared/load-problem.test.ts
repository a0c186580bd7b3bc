import { execFile } from 'node:child_process';
import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const agent = `import { defineAgent } from '${root}/shared/agent/index.ts';\n`;

/** Each module that Node cannot import, with the file and line that its error names, and what to do. */
const modules: readonly (readonly [name: string, text: string, place: string, ...words: string[]])[] = [
  ['enum.ts', '\nexport enum Color { Red }\n', ':2', 'enum is not supported', 'const Color = {', 'erasableSyntaxOnly'],
  ['property.ts', 'class A {\n  constructor(private b: string) {}\n}\n', ':2', 'parameter property', 'constructor'],
  ['namespace.ts', '\n\nnamespace N { export const a = 1 }\n', ':3', 'namespace', 'Write a module or an object'],
  ['equals.ts', 'import fs = require("node:fs");\n', ':1', 'import equals', "import … from '…'"],
  ['assignment.ts', 'const a = 1;\nexport = a;\n', ':2', 'export default'],
  ['angle.ts', 'const a: unknown = 1;\nconst b = <string>a;\n', ':2', 'as'],
  ['decorator.ts', 'const a = 1;\n@a\nclass B {}\n', ':2', 'Node knows no decorators'],
  ['syntax.ts', 'const a = 1;\nconst b = = 2;\n', ':2', 'Correct the syntax.'],
  ['syntax.js', 'const a = 1;\n\nconst b = = 2;\n', ':3', 'Correct the syntax.'],
  ['imported.ts', 'import "./good.ts";\nimport "./enum-inside.ts";\n', 'enum-inside.ts:4', 'const Color = {'],
  ['imported-js.ts', '\nimport "./syntax-inside.js";\n', 'syntax-inside.js:2', 'Correct the syntax.'],
  [
    'no-export.ts',
    '\nimport { nothing } from "./good.ts";\nnothing();\n',
    ':2',
    "named 'nothing'",
    'Export that name there',
  ],
  ['type.ts', 'import { Good } from "./good.ts";\nexport const handler = (): Good => 1;\n', ':1', 'import type'],
  ['no-file.ts', '\n\nimport "./gone.ts";\n', ':3', 'gone.ts', 'Create the file, or correct the import.'],
  ['no-ending.ts', 'import "node:fs";\nimport "./good";\n', ':2', 'good.ts exists'],
  ['other-ending.ts', 'import {} from "./good.js";\n', ':1', 'good.ts exists'],
  ['folder.ts', '\nimport "./inner";\n', ':2', 'Name a file of the folder'],
  ['no-package.ts', '\nimport x from "no-such-package/deep";\nx();\n', ':2', 'npm install no-such-package'],
  ['no-subpath.ts', 'import x from "#nothing";\nx();\n', ':1', '"imports" in package.json'],
  ['json.ts', '\nimport data from "./data.json";\nexport { data };\n', ':2', "with { type: 'json' }"],
  ['throws.ts', '\nthrow new Error("no key");\n', ':2', 'no key', 'belongs into the handler'],
  ['throws-inside.ts', 'import "./throws-inside-it.ts";\n', 'throws-inside-it.ts:3', 'no key'],
  ['undefined.ts', 'const a = JSON.parse("null");\nexport const handler = a.b.c;\n', ':2', 'Cannot read properties'],
  ['text.ts', '\nthrow "no key";\n', '', 'no key'],
  ['null.ts', 'throw null;\n', '', 'null'],
  [
    'card.ts',
    `${agent}\nexport const handler = defineAgent({\n  name: '' } as never);\n`,
    ':3',
    'name is missing or empty',
  ],
  [
    'skills.ts',
    `${agent}const card = { name: 'a', description: 'b', version: 'c', skills: [], handler: () => 1 };\n\nexport const handler = defineAgent(card);\n`,
    ':4',
    'has at least one skill',
  ],
];

let folder: string;
let errors: Record<string, string>;
beforeAll(async () => {
  folder = realpathSync(temporaryFolder());
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  write('package.json', '{"type":"module"}');
  write('good.ts', 'export type Good = number;\nexport const handler = () => 1;\n');
  write('enum-inside.ts', '\n\n\nexport enum Color { Red }\n');
  write('syntax-inside.js', '\nlet let = 1;\n');
  write('throws-inside-it.ts', '\n\nthrow new Error("no key");\n');
  write('data.json', '{}');
  mkdirSync(path.join(folder, 'inner'));
  write('inner/index.ts', '');
  write('bad-handler.ts', 'export const other = 1;\n');
  for (const [name, text] of modules) write(`bad-${name}`, text);
  const { stdout } = await promisify(execFile)(process.execPath, ['test/support/load-modules.ts', folder], {
    cwd: root,
  });
  errors = JSON.parse(stdout);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the error of a module that cannot be loaded', () => {
  it.each(modules)('names file and line, and says what to do: %s', (name, _, place, ...words) => {
    const error = errors[`bad-${name}`];
    const where = place.startsWith(':') || place === '' ? `bad-${name}${place}` : place;
    expect(error).toMatch(/^ConfigurationError: serverless\.yml:7: the function shop cannot be loaded\. /);
    expect(error).toContain(` ${path.join(folder, where)}: `);
    for (const word of words) expect(error).toContain(word);
    // One line, for the person and not for the developer of the mesh.
    expect(error).not.toMatch(/\n| {4}at /);
  });

  it('names the line of serverless.yml when the handler is missing, and what the module exports', () => {
    expect(errors['bad-handler.ts']).toMatch(
      /serverless\.yml:7: .* "handler" of .*bad-handler\.ts .* It exports: other\. Export it/,
    );
  });
});
