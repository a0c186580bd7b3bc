import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as agentKit from '#shared/agent/index.ts';

const root = join(import.meta.dirname, '../../../..');
const folders = ['shared/agent', 'shared/a2a', 'shared/events'].map((name) => join(root, name));
const types = ['AgentDefinition', 'AgentTask', 'Handler', 'Output', 'SkillDefinition'];
const header = `import { ${[...Object.keys(agentKit), ...types.map((name) => `type ${name}`)].join(', ')} } from '#shared/agent/index.ts';
import { subscribe } from '#shared/events/subscribe.ts';`;

const names = [...Object.keys(agentKit), 'AgentTask', 'Once', 'subscribe'].sort();

/** The examples by the name of their export. */
const examples = new Map<string, string>();
let folder: string;

beforeAll(async () => {
  const files = await Promise.all(folders.map(async (name) => (await readdir(name)).map((file) => join(name, file))));
  for (const file of files.flat()) {
    const text = await readFile(file, 'utf8');
    const comments =
      /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport (?:async )?(?:function|class|interface|type|const) (\w+)/g;
    for (const [, comment = '', name = ''] of text.matchAll(comments)) {
      const [, example] = comment.replace(/^ ?\* ?/gm, '').split('@example');
      if (example !== undefined && names.includes(name)) examples.set(name, example);
    }
  }
  // Inside the project, so that `#shared/…` resolves.
  await mkdir(join(root, 'build'), { recursive: true });
  folder = await mkdtemp(join(root, 'build/examples-'));
  const settings = { extends: join(root, 'tsconfig.json'), include: ['*.ts'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('every function and class for authors of agents has an example, and so have AgentTask, Once and subscribe', () => {
  expect([...examples.keys()].sort()).toEqual(names);
});

test('the examples type-check', async () => {
  for (const [name, example] of examples) await writeFile(join(folder, `${name}.ts`), `${header}\n${example}`);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '--project', folder], { cwd: folder }).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe('');
});

test('the examples run', async () => {
  const all = [...examples.keys()].map((name) => `import './${name}.ts';`);
  await writeFile(join(folder, 'all.ts'), all.join('\n'));
  await promisify(execFile)(process.execPath, [join(folder, 'all.ts')]);
});
