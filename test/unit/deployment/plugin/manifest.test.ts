import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manifest as manifestStep } from '#deployment/plugin/manifest/step.ts';
import type { FunctionDefinition } from '#deployment/plugin/osls.ts';
import type { ResourceMap } from '#deployment/plugin/template.ts';
import { functionOf, serverlessOf, silent } from './serverless.ts';

const sdk = resolve(import.meta.dirname, '../../../../shared/agent/index.ts');
const agent = (skill: string) => `
import { defineAgent } from ${JSON.stringify(sdk)};
export const handler = defineAgent({
  name: 'Parrot', description: 'Repeats.', version: '1.0.0',
  skills: [${skill}],
  handler: (task) => task.text,
});`;
const skill = `{ id: 'say', name: 'Say', description: 'Says it.', tags: ['x'], input: { type: 'object' } }`;

const all = (handler = 'parrot.handler') => ({
  registry: functionOf({ handler: 'registry.handler', events: [{ manifest: 'agents' }] }),
  parrot: functionOf({ handler, timeout: 10, events: [{ subscription: { agent: 'polly', deadline: 60 } }] }),
  audit: functionOf({ handler: 'audit.handler', events: [{ subscription: { pattern: { source: ['x'] } } }] }),
});

/** What packaging a service of these functions makes, with this module of the agent. */
async function packaged(
  module: string,
  functions: Record<string, FunctionDefinition> = all(),
  resources: ResourceMap = {},
): Promise<{ manifest: string; resources: ResourceMap }> {
  const folder = mkdtempSync(join(tmpdir(), 'starling-manifest-'));
  try {
    mkdirSync(join(folder, 'build/functions'), { recursive: true });
    writeFileSync(join(folder, 'parrot.ts'), module);
    const template = { Resources: { ...resources } };
    const moments = manifestStep(serverlessOf(functions, { serviceDir: folder, template }), silent);
    await moments.prepare?.();
    await moments.bundle?.();
    await moments.finish?.();
    const manifest = readFileSync(join(folder, 'build/functions/registry.manifest.json'), 'utf8');
    return { manifest, resources: template.Resources };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the manifest', () => {
  it('has the agents of serverless.yml as their modules define them', async () => {
    const { manifest } = await packaged(agent(skill));
    expect(JSON.parse(manifest)).toEqual({
      agents: [
        {
          id: 'polly',
          deadline: 60,
          public: false,
          skillSchemas: [{ id: 'say', input: { type: 'object' } }],
          card: expect.objectContaining({ name: 'Parrot', version: '1.0.0' }),
        },
      ],
    });
  });

  it('has a deployment call the function when it has changed, and when all who listen are there', async () => {
    const listeners: ResourceMap = {
      Rule: { Type: 'AWS::Events::Rule', Properties: {} },
      Policy: { Type: 'AWS::SQS::QueuePolicy', Properties: {} },
      Maybe: { Type: 'AWS::Events::Rule', Condition: 'HasEventLog', Properties: {} },
    };
    const { manifest, resources } = await packaged(agent(skill), all(), listeners);
    expect(resources.registryManifest).toEqual({
      Type: 'Custom::AgentManifest',
      DependsOn: ['Rule', 'Policy'],
      Properties: {
        ServiceToken: { 'Fn::GetAtt': ['registryLambdaFunction', 'Arn'] },
        ServiceTimeout: '120',
        Manifest: createHash('sha256').update(manifest).digest('hex'),
      },
    });
  });

  it.each<[what: string, module: string, functions: ReturnType<typeof all>, message: RegExp]>([
    [
      'a module that is no agent',
      'export const handler = () => {};',
      all(),
      /functions\.parrot\.handler: the function parrot has a subscription of an agent, but .*parrot\.ts exports no agent/,
    ],
    ['a handler that is not there', agent(skill), all('parrot.other'), /exports no agent: make its handler/],
    ['a module that is not there', agent(skill), all('lost.handler'), /there is no module for 'lost\.handler'/],
    ['a module that throws', 'throw new Error("not today");', all(), /cannot be loaded\. .*parrot\.ts:1: not today\./],
    [
      'a schema that does not compile',
      agent(skill.replace("type: 'object'", "type: 'thing'")),
      all(),
      /functions\.parrot\.handler: the function parrot .*type/,
    ],
  ])('refuses %s', async (_, module, functions, message) => {
    await expect(packaged(module, functions)).rejects.toThrow(message);
  });
});
