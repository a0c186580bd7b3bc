import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeProject, order, orderPath } from '#test/support/schema-project.ts';
import { check } from '#tools/schemas/check.ts';
import { generate } from '#tools/schemas/generate.ts';
import { projectAt } from '#tools/schemas/project.ts';
import { release } from '#tools/schemas/release.ts';

const root = join(import.meta.dirname, '../../../..');
const file = `schemas/${orderPath}`;

const messageOfCheck = (project: Parameters<typeof check>[0]) => check(project).catch((error: Error) => error.message);

describe('this repository', () => {
  test('has generated files that are up to date and breaks no released contract', async () => {
    await expect(check(projectAt(root))).resolves.toContain('generated files are up to date');
  });

  test('has released every event', async () => {
    await expect(check(projectAt(root))).resolves.not.toContain('Not released yet');
  });
});

describe('drift', () => {
  test('names each file that differs, is missing or is left over', async () => {
    const project = makeProject({ [file]: order() });
    await generate(project);
    writeFileSync(join(project.generated, 'types.ts'), '// changed by hand\n');
    rmSync(join(project.generated, 'validators.js'));
    writeFileSync(join(project.generated, 'old.ts'), '');

    const message = await messageOfCheck(project);

    expect(message.split('\n').filter((line) => !line.startsWith(' '))).toEqual([
      'shared/generated/old.ts',
      'shared/generated/types.ts',
      'shared/generated/validators.js',
    ]);
    expect(message).toContain('run npm run schemas');
  });

  test('a schema that changed is drift until its bindings are generated', async () => {
    const project = makeProject({ [file]: order() });
    await generate(project);
    writeFileSync(
      join(project.schemas, orderPath),
      JSON.stringify(order({ more: { type: 'string', description: 'More.' } })),
    );
    expect(await messageOfCheck(project)).toContain('shared/generated/types.ts');
    await generate(project);
    expect(await messageOfCheck(project)).toContain('generated files are up to date');
  });

  test('generating twice gives the same bytes', async () => {
    const outputs = [];
    for (const project of [makeProject({ [file]: order() }), makeProject({ [file]: order() })]) {
      await generate(project);
      outputs.push(readdirSync(project.generated).map((name) => readFileSync(join(project.generated, name), 'utf8')));
    }
    expect(outputs[0]).toEqual(outputs[1]);
  });
});

describe('the consumers that a change would break', () => {
  const wiring = `
functions:
  echo:
    handler: agents/echo/handler.handler
    role: !GetAtt Role.Arn
    events:
      - subscription: { agent: echo }
      - http: { path: /, method: get }
  shop:
    events:
      - subscription: { pattern: { detail-type: [OrderPlaced.v1] } }
  prefixes:
    events:
      - subscription: { pattern: { source: [{ prefix: acme. }], detail: { data: { count: [{ numeric: ['>', 5] }] } } } }
  everything:
    environment: { TABLE: !Ref Table }
    events:
      - subscription: { pattern: { account: ['000000000000'] } }
  alternatives:
    events:
      - subscription: { pattern: { $or: [{ source: [acme.orders] }, { detail-type: [Other.v1] }] } }
  elsewhere:
    events:
      - subscription: { pattern: { source: [acme.shop] } }
  other:
    events:
      - subscription: { pattern: { detail-type: [{ anything-but: [OrderPlaced.v1] }] } }
  one-agent:
    events:
      - subscription: { pattern: { source: [starling.agents.weather] } }
  some-agents:
    events:
      - subscription: { pattern: { source: [{ wildcard: 'starling.agents.w*' }], detail-type: [TaskArtifact.v1] } }
`;

  async function brokenBy(path: string): Promise<string | undefined> {
    const released = { ...order(), $id: `https://starling.example/schemas/${path}` };
    const project = makeProject({ [`schemas/released/${path}`]: released, 'serverless.yml': wiring });
    await generate(project);
    return /Whom it breaks: (.*)\./.exec(await messageOfCheck(project))?.[1];
  }

  test.each([
    [
      'acme.orders/OrderPlaced.v1.json',
      'shop (by its pattern), prefixes (by its pattern), everything (by its pattern), alternatives (by its pattern)',
    ],
    [
      'starling.tasks/TaskRequested.v1.json',
      'echo (as the agent echo), everything (by its pattern), other (by its pattern)',
    ],
    [
      'starling.tasks/TaskCancelRequested.v1.json',
      'echo (as the agent echo), everything (by its pattern), other (by its pattern)',
    ],
    [
      'starling.agents/TaskArtifact.v1.json',
      'everything (by its pattern), other (by its pattern), one-agent (by its pattern), some-agents (by its pattern)',
    ],
  ])('of %s', async (path, consumers) => {
    expect(await brokenBy(path)).toBe(consumers);
  });

  test('are not known without a serverless.yml', async () => {
    const project = makeProject({ [`schemas/released/${orderPath}`]: order() });
    expect(await messageOfCheck(project)).toContain('no consumer known from serverless.yml');
  });

  test('a serverless.yml that cannot be read is told with its line', async () => {
    const project = makeProject({ [file]: order(), 'serverless.yml': 'functions:\n  a: [1\n  b: }' });
    expect(await messageOfCheck(project)).toMatch(/^serverless\.yml:3\n {2}This is not YAML: /);
  });
});

describe('release', () => {
  test('makes contracts, after which they hold', async () => {
    const project = makeProject({ [file]: order() });
    await generate(project);
    expect(await messageOfCheck(project)).toContain(`Not released yet: ${orderPath}`);

    expect(release(project)).toBe(`Released ${orderPath}`);

    expect(await messageOfCheck(project)).not.toContain('Not released yet');
    expect(release(project)).toContain('Nothing to release');
  });

  test('takes a compatible change and refuses another, writing nothing', () => {
    const project = makeProject({ [file]: order() });
    release(project);
    const more = { type: 'string', description: 'More.' };
    writeFileSync(join(project.schemas, orderPath), JSON.stringify(order({ more })));
    expect(release(project)).toBe(`Released ${orderPath}`);

    writeFileSync(join(project.schemas, orderPath), JSON.stringify(order()));
    expect(() => release(project)).toThrow('the optional property "more" was removed');
    expect(readFileSync(join(project.released, orderPath), 'utf8')).toContain('"more"');
  });
});

describe('the commands', () => {
  test.each(['generate', 'check', 'release'])('%s has --help', (name) => {
    const output = execFileSync(process.execPath, [join(root, `tools/schemas/${name}.ts`), '--help'], {
      encoding: 'utf8',
    });
    expect(output.split('\n').length).toBeGreaterThan(2);
  });

  test('an argument that is none ends with 1', () => {
    const { status } = spawnSync(process.execPath, [join(root, 'tools/schemas/check.ts'), '--fix']);
    expect(status).toBe(1);
  });
});
