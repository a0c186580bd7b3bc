import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withTestAgents } from '#deployment/test-agents.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');
const project = read('serverless.yml');
const testMesh = read('test/fixtures/mesh/serverless.yml');

interface Config {
  readonly functions: Readonly<Record<string, { handler: string }>>;
}
const parsed = (text: string): Config => parse(text, { logLevel: 'silent', merge: true });

describe('the deployment with test agents', () => {
  const both = parsed(withTestAgents(project, testMesh));

  it('is the project as it stands, with more functions', () => {
    const { functions, ...rest } = both;
    const { functions: own, ...ownRest } = parsed(project);
    expect(rest).toEqual(ownRest);
    expect(functions).toMatchObject(own);
  });

  it('has every function of the test mesh, and their modules are where it says', () => {
    const own = Object.keys(parsed(project).functions);
    const added = Object.keys(parsed(testMesh).functions).filter((name) => !own.includes(name));
    expect(added).toContain('stubborn');
    for (const name of added) {
      const handler = both.functions[name]?.handler ?? '';
      expect(existsSync(path.join(root, handler.replace(/\.handler$/, '.ts'))), handler).toBe(true);
    }
    expect(Object.keys(both.functions)).toEqual([...own, ...added]);
  });

  it('keeps the tags of CloudFormation', () => {
    const text = withTestAgents('functions: { a: { handler: a.handler } }\nx: !GetAtt Y.Arn\n', 'functions: {}');
    expect(text).toContain('!GetAtt Y.Arn');
  });
});
