import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { samplesByType, typeNames, writeBindings } from '#test/support/bindings.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { describeWith } from '../tools.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A compiler that is started for the first time, or packages that come over a slow line. */
const patience = { timeout: 300_000 };

const snake = (name: string) => name.replaceAll(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

// Each program reads `in.json`, takes each event through its type, and writes them all into `out.json`.
const python = `import json, starling_events as events
with open("in.json") as file:
    data = json.load(file)
with open("out.json", "w") as file:
    json.dump({
${typeNames.map((name) => `        "${name}": events.${snake(name)}_to_dict(events.${snake(name)}_from_dict(data["${name}"])),`).join('\n')}
    }, file)
`;
const go = `package starlingevents
import ("encoding/json"; "os"; "testing")
func TestRoundTrip(t *testing.T) {
  text, _ := os.ReadFile("in.json")
  data := map[string]json.RawMessage{}
  if err := json.Unmarshal(text, &data); err != nil { t.Fatal(err) }
${typeNames.map((name) => `  { event, err := Unmarshal${name}(data["${name}"]); if err != nil { t.Fatal(err) }; out, err := event.Marshal(); if err != nil { t.Fatal(err) }; data["${name}"] = out }`).join('\n')}
  out, _ := json.Marshal(data)
  os.WriteFile("out.json", out, 0644)
}
`;
const java = `import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import starling.events.Converter;
class Main {
  public static void main(String[] arguments) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode data = (ObjectNode) mapper.readTree(new File("in.json"));
${typeNames.map((name) => `    data.set("${name}", mapper.readTree(Converter.${name}ToJsonString(Converter.${name}FromJsonString(data.get("${name}").toString()))));`).join('\n')}
    mapper.writeValue(new File("out.json"), data);
  }
}
`;

/** The bindings of a language and a program, in a folder of their own. */
async function prepare(language: 'python' | 'go' | 'java', file: string, text: string) {
  const at = path.join(folder, language);
  await writeBindings(language, at);
  writeFileSync(path.join(at, file), text);
  return {
    at,
    run: (program: string, words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      promisify(execFile)(program, words, { cwd: at, env: { ...process.env, ...env } }),
    out: () => JSON.parse(readFileSync(path.join(at, 'out.json'), 'utf8')) as unknown,
  };
}

describeWith(['python3'], 'bindings of Python', () => {
  it('take an event and give it back', patience, async () => {
    const { run, out } = await prepare('python', 'main.py', python);
    await run('python3', ['main.py']);
    expect(out()).toEqual(samplesByType);
  });
});

describeWith(['go'], 'bindings of Go', () => {
  it('take an event and give it back', patience, async () => {
    const { at, run, out } = await prepare('go', 'main_test.go', go);
    writeFileSync(path.join(at, 'go.mod'), 'module starlingevents\n\ngo 1.18\n');
    await run('go', ['test', '.'], { GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local' });
    expect(out()).toEqual(samplesByType);
  });
});

describeWith(['javac', 'java', 'mvn'], 'bindings of Java', () => {
  it('take an event and give it back', patience, async () => {
    const { at, run, out } = await prepare('java', 'Main.java', java);
    cpSync(path.join(import.meta.dirname, 'pom.xml'), path.join(at, 'pom.xml'));
    const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
    await run('mvn', ['--batch-mode', '--quiet', copy, '-DoutputDirectory=libraries']);
    const sources = readdirSync(at).filter((name) => name.endsWith('.java'));
    await run('javac', ['-Xlint:all', '-Werror', '-cp', 'libraries/*', '-d', 'classes', ...sources]);
    await run('java', ['-cp', `libraries/*${path.delimiter}classes`, 'Main']);
    expect(out()).toEqual(samplesByType);
  });
});
