import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { languages } from '#cli/bindings/languages.ts';
import { schemaFor } from '#shared/events/catalog.ts';
import { eventsOf } from '#shared/schemas/schema.ts';
import { anySchemas } from '#test/support/any-schemas.ts';
import { ownEvents, schemas, typeNames, writeBindings } from '#test/support/bindings.ts';
import { samples } from '#test/support/event-samples.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
const camel = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** Reads `in.json`, takes each event through its type, and prints them all. */
const program = (names: readonly string[]) => `import { readFileSync } from 'node:fs';
import { Convert } from './starling-events.js';
const data = JSON.parse(readFileSync('in.json', 'utf8'));
const out: Record<string, unknown> = {};
${names.map((name) => `out.${name} = JSON.parse(Convert.${camel(name)}ToJson(Convert.to${name}(JSON.stringify(data.${name}))));`).join('\n')}
process.stdout.write(JSON.stringify(out));
`;
const options = [
  ...['--strict', '--module', 'nodenext', '--target', 'es2022'],
  ...['--types', 'node', '--typeRoots', path.join(root, 'node_modules/@types')],
];

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('there is a sample of every event, and it fits its schema', () => {
  const events = eventsOf(schemas);
  expect([...new Set(events.map(({ detailType }) => detailType))].sort()).toEqual(Object.keys(samples).sort());
  for (const { source, detailType } of events) {
    const sample = samples[detailType as keyof typeof samples];
    expect(schemaFor(source, detailType)?.validate(sample), `${source}/${detailType}`).toBeUndefined();
  }
});

// Those of languages whose compilers not everybody has are compiled in test/wider.
describe('bindings', () => {
  it.each(languages)('of %s are written', async (language) => {
    const at = path.join(folder, `${language}-files`);
    await writeBindings(language, at);
    const expected = {
      python: ['starling_events.py'],
      go: ['events.go'],
      java: ['Converter.java', ...typeNames.map((name) => `${name}.java`)],
      typescript: ['starling-events.ts'],
    };
    expect(readdirSync(at)).toEqual(expect.arrayContaining(expected[language]));
  });

  it.each([
    ['an event', () => ownEvents],
    ['data of any schema that the check takes', () => anySchemas({ seed: 18, random: 10, kindsOfWords: 1 })],
  ])('of TypeScript take %s and give it back', { timeout: 60_000 }, async (what, bound) => {
    const at = path.join(folder, `typescript ${what}`);
    const events = bound();
    await writeBindings('typescript', at, events);
    writeFileSync(path.join(at, 'main.ts'), program(Object.keys(events.data)));
    writeFileSync(path.join(at, 'package.json'), '{"type":"module"}');
    execFileSync(process.execPath, [tsc, ...options, 'main.ts'], { cwd: at });
    const out = execFileSync(process.execPath, ['main.js'], { cwd: at, encoding: 'utf8' });
    expect(JSON.parse(out)).toEqual(events.data);
  });
});
