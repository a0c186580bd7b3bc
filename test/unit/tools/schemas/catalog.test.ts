import { describe, expect, test } from 'vitest';
import { isOwnSource, schemaFor } from '#shared/events/catalog.ts';

const ids = { taskId: 'task-1', contextId: 'context-1', agentId: 'echo', turn: 1 };
const message = { messageId: 'message-1', role: 'ROLE_USER', parts: [{ text: 'hello' }] };
const request = {
  ...ids,
  message,
  deadline: '2026-01-31T09:30:00.000Z',
  attemptBase: 0,
  principal: { id: 'client-1', scopes: ['starling/agents:invoke'] },
};

describe('schemaFor', () => {
  test.each([
    ['starling.tasks', 'TaskRequested.v1', 'starling.tasks'],
    ['starling.agents', 'TaskArtifact.v1', 'starling.agents'],
    ['starling.agents.echo', 'TaskArtifact.v1', 'starling.agents'],
    ['starling.agents.echo', 'TaskStatusChanged.v1', 'starling.agents'],
    ['starling.tasks', 'TaskStatusChanged.v1', 'starling.tasks'],
    ['starling.registry', 'AgentUpdated.v1', 'starling.registry'],
  ])('%s %s has the schema of the folder', (source, detailType, folder) => {
    expect(schemaFor(source, detailType)).toMatchObject({
      folder,
      detailType,
      dataschema: `https://starling.example/schemas/${folder}/${detailType}.json`,
    });
  });

  test.each([
    ['starling.tasks', 'TaskRequested.v2'],
    ['starling.tasks', 'TaskRequested'],
    ['starling.agents.echo', 'TaskRequested.v1'],
    ['starling.tasks.echo', 'TaskRequested.v1'],
    ['starling.agentsx', 'TaskArtifact.v1'],
    ['acme.orders', 'TaskRequested.v1'],
    ['starling.tasks', 'constructor'],
    ['constructor', 'name'],
    ['__proto__', 'toString'],
  ])('%s %s has none', (source, detailType) => {
    expect(schemaFor(source, detailType)).toBeUndefined();
  });
});

test.each([
  ['starling.tasks', true],
  ['starling.registry', true],
  ['starling.agents', true],
  ['starling.agents.echo', true],
  ['starling.agentsecho', false],
  ['starling.weather-service', false],
  ['acme.orders', false],
  ['starling', false],
  ['', false],
])('isOwnSource(%j) is %s', (source, own) => {
  expect(isOwnSource(source)).toBe(own);
});

describe('what validate tells', () => {
  const withParts = (...parts: unknown[]) => ({ ...request, message: { ...message, parts } });

  test.each([
    ['nothing when all is well', request, undefined],
    ['a bound', { ...request, turn: 0 }, 'data/turn must be >= 1'],
    ['what is missing', { ...request, taskId: undefined }, "data must have required property 'taskId'"],
    ['a wrong type', { ...request, attemptBase: '0' }, 'data/attemptBase must be integer'],
    [
      'the allowed values',
      { ...request, message: { ...message, role: 'user' } },
      'data/message/role must be one of ROLE_USER, ROLE_AGENT',
    ],
    ['a format', { ...request, deadline: 'soon Z' }, 'data/deadline must match format "date-time"'],
    [
      'a month that is none',
      { ...request, deadline: '2026-13-01T00:00:00Z' },
      'data/deadline must match format "date-time"',
    ],
    [
      'a leap second, which Date cannot read',
      { ...request, deadline: '2016-12-31T23:59:60Z' },
      'data/deadline must match format "date-time"',
    ],
    [
      'a deadline that is not UTC',
      { ...request, deadline: '2026-01-31T09:30:00+01:00' },
      'data/deadline must match pattern "Z$"',
    ],
    [
      'a part without content',
      withParts({ mediaType: 'text/plain' }),
      'data/message/parts/0 must have exactly one of text, raw, url, data',
    ],
    [
      'a part with two contents',
      withParts({ text: 'a' }, { text: 'a', data: 1 }),
      'data/message/parts/1 must match only one of its alternatives',
    ],
    [
      'what is wrong within a part',
      withParts({ text: 'a', filename: 7 }),
      'data/message/parts/0/filename must be string',
    ],
    ['an empty message', withParts(), 'data/message/parts must NOT have fewer than 1 items'],
    [
      'base64 that is none',
      withParts({ raw: 'a b' }),
      'data/message/parts/0/raw must match pattern "^[A-Za-z0-9+/_-]*={0,2}$"',
    ],
  ])('%s', (_, data, expected) => {
    expect(schemaFor('starling.tasks', 'TaskRequested.v1')?.validate(data)).toBe(expected);
  });

  test('data may be null, false or absent-minded', () => {
    for (const data of [null, false, 0, '', [], {}]) {
      expect(schemaFor('starling.tasks', 'TaskRequested.v1')?.validate(withParts({ data }))).toBeUndefined();
    }
  });

  test('only the mesh may be at attempt and sequence 0', () => {
    const status = { state: 'TASK_STATE_FAILED', timestamp: '2026-01-31T09:30:00.000Z' };
    expect(
      schemaFor('starling.tasks', 'TaskStatusChanged.v1')?.validate({ ...ids, attempt: 0, sequence: 0, status }),
    ).toBeUndefined();
    const artifact = { artifactId: 'result', parts: [{ text: '27' }] };
    const chunk = { ...ids, attempt: 0, sequence: 1, artifact, append: false, lastChunk: true };
    expect(schemaFor('starling.agents.echo', 'TaskArtifact.v1')?.validate(chunk)).toBe('data/attempt must be >= 1');
  });
});
