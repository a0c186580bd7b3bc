import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { anySchemas } from '#test/support/any-schemas.ts';
import { type Bound, ownEvents, writeBindings } from '#test/support/bindings.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { describeWith } from '../tools.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A compiler that is started for the first time, or packages that come over a slow line. */
const patience = { timeout: 300_000 };

const snake = (name: string) => name.replaceAll(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

// Each program reads `in.json`, takes each event through its type, and writes them all into `out.json`.
const python = (names: readonly string[]) => `import json, starling_events as events
with open("in.json") as file:
    data = json.load(file)
with open("out.json", "w") as file:
    json.dump({
${names.map((name) => `        "${name}": events.${snake(name)}_to_dict(events.${snake(name)}_from_dict(data["${name}"])),`).join('\n')}
    }, file)
`;
const go = (names: readonly string[]) => `package starlingevents
import ("encoding/json"; "os"; "testing")
func TestRoundTrip(t *testing.T) {
  text, _ := os.ReadFile("in.json")
  data := map[string]json.RawMessage{}
  if err := json.Unmarshal(text, &data); err != nil { t.Fatal(err) }
${names.map((name) => `  { event, err := Unmarshal${name}(data["${name}"]); if err != nil { t.Fatal(err) }; out, err := event.Marshal(); if err != nil { t.Fatal(err) }; data["${name}"] = out }`).join('\n')}
  out, _ := json.Marshal(data)
  os.WriteFile("out.json", out, 0644)
}
`;
const java = (names: readonly string[]) => `import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import starling.events.Converter;
class Main {
  public static void main(String[] arguments) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode data = (ObjectNode) mapper.readTree(new File("in.json"));
${names.map((name) => `    data.set("${name}", mapper.readTree(Converter.${name}ToJsonString(Converter.${name}FromJsonString(data.get("${name}").toString()))));`).join('\n')}
    mapper.writeValue(new File("out.json"), data);
  }
}
`;

/** The events of the mesh, and events of any schema that the check of schemas takes. */
const cases: readonly (readonly [what: string, bound: Bound])[] = [
  ['an event', ownEvents],
  ['data of any schema', anySchemas({ seed: Number(process.env.SEED ?? 18), random: 100 })],
];

/** The bindings of a language and a program, in a folder of their own. */
async function prepare(
  language: 'python' | 'go' | 'java',
  { file, program }: { readonly file: string; readonly program: (names: readonly string[]) => string },
  [what, bound]: (typeof cases)[number],
) {
  const at = path.join(folder, language, what);
  await writeBindings(language, at, bound);
  writeFileSync(path.join(at, file), program(Object.keys(bound.data)));
  return {
    at,
    run: (program: string, words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      promisify(execFile)(program, words, { cwd: at, env: { ...process.env, ...env } }),
    out: () => JSON.parse(readFileSync(path.join(at, 'out.json'), 'utf8')) as unknown,
  };
}

describeWith(['python3'], 'bindings of Python', () => {
  it.each(cases)('take %s and give it back', patience, async (...each) => {
    const { run, out } = await prepare('python', { file: 'main.py', program: python }, each);
    await run('python3', ['main.py']);
    expect(out()).toEqual(each[1].data);
  });
});

describeWith(['go'], 'bindings of Go', () => {
  it.each(cases)('take %s and give it back', patience, async (...each) => {
    const { at, run, out } = await prepare('go', { file: 'main_test.go', program: go }, each);
    writeFileSync(path.join(at, 'go.mod'), 'module starlingevents\n\ngo 1.18\n');
    await run('go', ['test', '.'], { GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local' });
    expect(out()).toEqual(each[1].data);
  });
});

describeWith(['javac', 'java', 'mvn'], 'bindings of Java', () => {
  it.each(cases)('take %s and give it back', patience, async (...each) => {
    const { at, run, out } = await prepare('java', { file: 'Main.java', program: java }, each);
    cpSync(path.join(import.meta.dirname, 'pom.xml'), path.join(at, 'pom.xml'));
    const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
    await run('mvn', ['--batch-mode', '--quiet', copy, '-DoutputDirectory=libraries']);
    const sources = readdirSync(at).filter((name) => name.endsWith('.java'));
    await run('javac', [
      '-encoding',
      'UTF-8',
      '-Xlint:all',
      '-Werror',
      '-cp',
      'libraries/*',
      '-d',
      'classes',
      ...sources,
    ]);
    await run('java', ['-cp', `libraries/*${path.delimiter}classes`, 'Main']);
    expect(out()).toEqual(each[1].data);
  });
});
