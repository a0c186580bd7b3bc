import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaFor } from '../../../../shared/events/catalog.ts';
import { generateBindings, type Language, languages } from '../../../../tools/bindings/generate.ts';
import { loadSchemas } from '../../../../tools/schemas/load.ts';
import { eventsOf } from '../../../../tools/schemas/schema.ts';
import { temporaryFolder } from '../../../support/fixtures.ts';
import { samples } from './samples.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
const set = loadSchemas(path.join(root, 'schemas'), 'schemas');

/** `TaskRequested.v1` as quicktype calls it. */
const names = Object.keys(samples).map((detailType) => detailType.replace('.v', 'V'));
const snake = (name: string) => name.replaceAll(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
const camel = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** A program of each language that reads `in.json`, takes each event through its type, and prints them all. */
const drivers: Readonly<Record<Exclude<Language, 'java'>, readonly [file: string, text: string]>> = {
  python: [
    'main.py',
    `import json, starling_events as events
with open("in.json") as file:
    data = json.load(file)
print(json.dumps({
${names.map((name) => `    "${name}": events.${snake(name)}_to_dict(events.${snake(name)}_from_dict(data["${name}"])),`).join('\n')}
}))
`,
  ],
  go: [
    'main_test.go',
    `package starlingevents
import ("encoding/json"; "os"; "testing")
func TestRoundTrip(t *testing.T) {
  text, _ := os.ReadFile("in.json")
  data := map[string]json.RawMessage{}
  if err := json.Unmarshal(text, &data); err != nil { t.Fatal(err) }
${names.map((name) => `  { event, err := Unmarshal${name}(data["${name}"]); if err != nil { t.Fatal(err) }; out, err := event.Marshal(); if err != nil { t.Fatal(err) }; data["${name}"] = out }`).join('\n')}
  out, _ := json.Marshal(data)
  os.WriteFile("out.json", out, 0644)
}
`,
  ],
  typescript: [
    'main.ts',
    `import { readFileSync } from 'node:fs';
import { Convert } from './starling-events.js';
const data = JSON.parse(readFileSync('in.json', 'utf8'));
const out: Record<string, unknown> = {};
${names.map((name) => `out.${name} = JSON.parse(Convert.${camel(name)}ToJson(Convert.to${name}(JSON.stringify(data.${name}))));`).join('\n')}
process.stdout.write(JSON.stringify(out));
`,
  ],
};

const folder = temporaryFolder();
const installed = await import('quicktype-core').then(
  () => true,
  () => false,
);

function has(program: string, ...words: string[]): boolean {
  try {
    execFileSync(program, words, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Writes the bindings of a language into a folder of their own. */
async function write(language: Language): Promise<{ readonly at: string; readonly files: readonly string[] }> {
  const at = path.join(folder, language);
  mkdirSync(at, { recursive: true });
  const files = await generateBindings(set, language);
  for (const { name, text } of files) writeFileSync(path.join(at, name), text);
  writeFileSync(path.join(at, 'in.json'), JSON.stringify(data));
  return { at, files: files.map(({ name }) => name) };
}

const data = Object.fromEntries(Object.entries(samples).map(([type, sample]) => [type.replace('.v', 'V'), sample]));

/** Runs the program of a language over the samples, and gives what it made of them. */
async function roundTrip(
  language: keyof typeof drivers,
  run: (at: string, execute: (program: string, ...words: string[]) => string) => string,
): Promise<unknown> {
  const { at } = await write(language);
  const [file, text] = drivers[language];
  writeFileSync(path.join(at, file), text);
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local' };
  return JSON.parse(run(at, (program, ...words) => execFileSync(program, words, { cwd: at, env, encoding: 'utf8' })));
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('there is a sample of every event, and it fits its schema', () => {
  const events = eventsOf(set);
  expect([...new Set(events.map(({ detailType }) => detailType))].sort()).toEqual(Object.keys(samples).sort());
  for (const { source, detailType } of events) {
    const sample = samples[detailType as keyof typeof samples];
    expect(schemaFor(source, detailType)?.validate(sample), `${source}/${detailType}`).toBeUndefined();
  }
});

describe.skipIf(!installed)('bindings (with quicktype-core)', () => {
  beforeAll(() => expect(languages).toEqual([...Object.keys(drivers).slice(0, 2), 'java', 'typescript']));

  it.skipIf(!has('python3', '--version'))('of Python take an event and give it back', { timeout: 60_000 }, async () => {
    expect(await roundTrip('python', (_, execute) => execute('python3', 'main.py'))).toEqual(data);
  });

  it.skipIf(!has('go', 'version'))('of Go take an event and give it back', { timeout: 240_000 }, async () => {
    const out = await roundTrip('go', (at, execute) => {
      writeFileSync(path.join(at, 'go.mod'), 'module starlingevents\n\ngo 1.21\n');
      execute('go', 'test', '.');
      return execute('cat', 'out.json');
    });
    expect(out).toEqual(data);
  });

  it('of TypeScript take an event and give it back', { timeout: 60_000 }, async () => {
    const out = await roundTrip('typescript', (at, execute) => {
      writeFileSync(path.join(at, 'package.json'), '{"type":"module"}');
      const types = path.join(root, 'node_modules/@types');
      const options = [
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--types',
        'node',
        '--typeRoots',
        types,
      ];
      execute(process.execPath, tsc, ...options, 'main.ts');
      return execute(process.execPath, 'main.js');
    });
    expect(out).toEqual(data);
  });

  // To compile them takes Jackson, which comes with no JDK.
  it.skipIf(!has('javac', '-version'))('of Java are Java: the compiler reads them', { timeout: 60_000 }, async () => {
    const { at, files } = await write('java');
    const parse = (...names: string[]) =>
      execFileSync('javac', ['-XDshould-stop.ifNoError=PARSE', ...names], { cwd: at, stdio: 'pipe' });
    parse(...files);
    expect(files).toContain('Converter.java');
    for (const name of names) expect(files).toContain(`${name}.java`);
    writeFileSync(path.join(at, 'Broken.java'), 'class Broken { int }');
    expect(() => parse('Broken.java')).toThrow();
  });
});
