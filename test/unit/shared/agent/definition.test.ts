import { describe, expect, it } from 'vitest';
import { type AgentDefinition, manifestCard, skillSchemas } from '#shared/agent/definition.ts';
import { defineAgent } from '#shared/agent/index.ts';
import { ConfigurationError } from '#shared/errors.ts';

const skill = { id: 'echo', name: 'Echo', description: 'Returns the text.', tags: ['test'] };
const definition: AgentDefinition = {
  name: 'Echo',
  description: 'Says what it is told.',
  version: '1.0.0',
  skills: [skill],
  handler: (task) => task.text,
};

describe('defineAgent', () => {
  it('carries the definition for the manifest', () => {
    expect(defineAgent(definition).definition).toBe(definition);
  });

  const bad: readonly (readonly [string, object, RegExp])[] = [
    ['no name', { name: undefined }, /name/],
    ['a blank description', { description: ' ' }, /description/],
    ['an empty version', { version: '' }, /version/],
    ['no handler', { handler: undefined }, /handler/],
    ['no skills', { skills: [] }, /skills/],
    ['skills that are no list', { skills: { echo: skill } }, /skills/],
    ['two skills of one id', { skills: [skill, skill] }, /two skills.*"echo"/],
    ['a skill without tags', { skills: [{ ...skill, tags: undefined }] }, /"echo" needs/],
    ['a skill without a description', { skills: [{ ...skill, description: '' }] }, /"echo" needs/],
    ...['', '1st', 'a b', 'a/b', 'ü', 'a'.repeat(65)].map(
      (id) => [`the skill id "${id}"`, { skills: [{ ...skill, id }] }, /skill id/] as const,
    ),
    ...[
      'SendMessage',
      'SendStreamingMessage',
      'GetTask',
      'ListTasks',
      'CancelTask',
      'SubscribeToTask',
      'GetExtendedAgentCard',
      'CreateTaskPushNotificationConfig',
      'ListTaskPushNotificationConfigs',
      'rpc.discover',
      'tasks.get',
    ].map((id) => [`A2A’s ${id} for a skill`, { skills: [{ ...skill, id }] }, /method of A2A/] as const),
  ];
  it.each(bad)('refuses %s at once', (_, changes, message) => {
    const define = () => defineAgent({ ...definition, ...changes } as AgentDefinition);
    expect(define).toThrow(ConfigurationError);
    expect(define).toThrow(message);
  });

  it.each(['', 'a b', 'a,b', 7])('takes no extension with the uri %j', (uri) => {
    expect(() => defineAgent({ ...definition, extensions: [{ uri: uri as string }] })).toThrow(
      /extensions needs a uri/,
    );
  });

  it.each(['get_weather', 'a', 'sendMessage', 'taskless', 'a.b-c_d', 'a'.repeat(64)])('takes the skill id %s', (id) => {
    expect(() => defineAgent({ ...definition, skills: [{ ...skill, id }] })).not.toThrow();
  });
});

describe('the manifest of an agent', () => {
  it('has the card with what every agent of the mesh can', () => {
    expect(manifestCard(definition)).toEqual({
      name: 'Echo',
      description: 'Says what it is told.',
      version: '1.0.0',
      capabilities: { streaming: true, pushNotifications: false, extendedAgentCard: false },
      defaultInputModes: ['text/plain', 'application/json'],
      defaultOutputModes: ['text/plain', 'application/json'],
      skills: [skill],
    });
  });

  it('has what the agent adds, and none of its code', () => {
    const more = {
      provider: { organization: 'Example', url: 'https://example.com' },
      documentationUrl: 'https://example.com/docs',
      iconUrl: 'https://example.com/icon.png',
      inputModes: ['text/plain'],
      outputModes: ['image/png'],
      extensions: [{ uri: 'https://example.com/extension', required: true }],
    };
    const skills = [
      { ...skill, examples: ['hello'], inputModes: ['image/*'], input: { type: 'object' }, handler: () => 'x' },
    ];
    const { inputModes, outputModes, extensions, ...same } = more;
    expect(manifestCard({ ...definition, ...more, skills })).toMatchObject({
      ...same,
      defaultInputModes: inputModes,
      defaultOutputModes: outputModes,
      capabilities: { extensions },
      skills: [{ ...skill, examples: ['hello'], inputModes: ['image/*'] }],
    });
    expect(JSON.stringify(manifestCard({ ...definition, ...more, skills }))).not.toMatch(/handler|"input"/);
  });

  it('has the schemas of the skills that have them', () => {
    const [input, output] = [{ type: 'object' }, { type: 'string' }];
    const skills = [skill, { ...skill, id: 'in', input }, { ...skill, id: 'both', input, output }];
    expect(skillSchemas({ ...definition, skills })).toEqual([
      { id: 'echo' },
      { id: 'in', input },
      { id: 'both', input, output },
    ]);
  });
});
