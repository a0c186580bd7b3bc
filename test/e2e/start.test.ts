import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { failingStart, writeFixtureConfig } from '#test/support/mesh.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folders: string[] = [];
const folder = () => {
  const made = temporaryFolder();
  folders.push(made);
  return made;
};
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});

/** The test mesh's serverless.yml, changed. */
function config(change: (text: string) => string, files: Readonly<Record<string, string>> = {}): string {
  const place = folder();
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(place, name), content);
  return writeFixtureConfig(place, change);
}

const agentWith = (input: string) => `
import { defineAgent } from '${root}/shared/agent/index.ts';
export const handler = defineAgent({
  name: 'Bad', description: 'Bad.', version: '1',
  skills: [{ id: 'bad', name: 'Bad', description: 'Bad.', tags: [], input: ${input} }],
  handler: () => 'never',
});
`;
const withAgent = (handler: string) => (text: string) =>
  text.replace(
    'resources:',
    `  bad:\n    handler: ${handler}\n    events:\n      - subscription: { agent: bad }\n\nresources:`,
  );

describe('a start that cannot be', () => {
  it.each([
    ['a file that is not there', () => path.join(folder(), 'serverless.yml'), ['serverless.yml']],
    ['a file that is no YAML', () => config((text) => text.replace('functions:', 'functions: [')), ['serverless.yml:']],
    [
      'a handler whose file is not there',
      () => config((text) => text.replace('agents/asker.handler', 'agents/nobody.handler')),
      ['serverless.yml:', 'agents/nobody'],
    ],
    [
      'a handler that its file does not export',
      () => config((text) => text.replace('agents/asker.handler', 'agents/asker.run')),
      ['serverless.yml:', 'asker', '"run"'],
    ],
    [
      'an agent that is none',
      () =>
        config((text) => text.replace(/handler: \S+agents\/asker.handler/, `handler: plain.handler`), {
          'plain.ts': 'export const handler = () => {};',
        }),
      ['serverless.yml:', 'asker', 'defineAgent'],
    ],
    [
      'an option that is not known',
      () => config((text) => text.replace('agent: asker', 'agent: asker, retries: 7')),
      ['serverless.yml:', 'retries'],
    ],
    [
      'a misspelt authorizer, which would open its route',
      () => config((text) => text.replace('path: /metrics, authorizer:', 'path: /metrics, authoriser:')),
      ['serverless.yml:', 'authoriser'],
    ],
    [
      'an alias that nothing anchors',
      () => config((text) => text.replace('timeout: 50', 'timeout: *nope')),
      ['serverless.yml', 'nope'],
    ],
    [
      'a pattern that the bus would refuse',
      () => config((text) => text.replace('source: [{ prefix: starling.agents. }]', 'source: starling')),
      ['serverless.yml:'],
    ],
    [
      'a skill schema that does not compile',
      () => config(withAgent('bad.handler'), { 'bad.ts': agentWith("{ type: 'nothing' }") }),
      ['serverless.yml:', 'bad.ts', 'skill bad', 'input schema'],
    ],
    [
      'a skill schema with a reference to nowhere',
      () => config(withAgent('bad.handler'), { 'bad.ts': agentWith("{ $ref: '#/$defs/none' }") }),
      ['serverless.yml:', 'bad.ts', 'skill bad', 'input schema'],
    ],
  ])('says so for %s', async (_, make, said) => {
    const { code, output } = await failingStart({ config: make() });
    expect(code).toBe(1);
    for (const part of said) expect(output).toContain(part);
    expect(output).not.toMatch(/^\s+at /m);
  });

  it.each([
    ['STARLING_PORT', 'eighty'],
    ['STARLING_PORT', '70000'],
    ['STARLING_WAIT', '-1'],
    ['STARLING_MAX_BODY', '4MB'],
    ['STARLING_LOG', 'xml'],
    ['STARLING_PUBLIC_URL', 'foo'],
    ['STARLING_WEATHER', 'crystal-ball'],
  ])('names the variable: %s=%s', async (name, value) => {
    const { code, output } = await failingStart({ env: { [name]: value } });
    expect(code).toBe(1);
    expect(output).toContain(name);
  });
});
