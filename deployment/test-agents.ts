import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMap, isScalar, parseDocument } from 'yaml';

/**
 * The file is in the root, because osls resolves all paths from the folder of a configuration. It is not for version
 * control.
 */
const file = 'serverless.test-agents.yml';

const fixtures = 'test/fixtures/mesh';

/**
 * Writes serverless.yml with the agents of the test mesh, which misbehave on purpose. The file is deleted when this
 * process ends.
 *
 * @returns the name of the file
 */
export function writeConfigWithTestAgents(root: string): string {
  const read = (name: string) => readFileSync(path.join(root, name), 'utf8');
  const target = path.join(root, file);
  process.once('exit', () => rmSync(target, { force: true }));
  writeFileSync(target, withTestAgents(read('serverless.yml'), read(`${fixtures}/serverless.yml`)));
  return file;
}

/** The first text with those functions of the second that it has not. */
export function withTestAgents(project: string, testMesh: string): string {
  // Tags of CloudFormation stay as they are written.
  const document = parseDocument(project, { logLevel: 'silent' });
  const functions = document.get('functions');
  const more = parseDocument(testMesh, { logLevel: 'silent' }).get('functions');
  if (!isMap(functions) || !isMap(more)) throw new Error('a serverless.yml has no functions');
  for (const pair of more.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : '';
    if (functions.has(name)) continue;
    const definition = pair.value;
    if (!isMap(definition)) throw new Error(`the function ${name} of the test mesh is no map`);
    definition.set('handler', `${fixtures}/${definition.get('handler')}`);
    functions.add(pair);
  }
  return document.toString({ lineWidth: 0 });
}
