import { describe, expect, it } from 'vitest';
import { readVersion } from '#services/gateway/a2a/version.ts';
import { methodOf } from '#services/gateway/jsonrpc/methods.ts';
import { JsonRpcRequestError, paramsObject, readRequest, skillCallOf } from '#services/gateway/jsonrpc/request.ts';
import { agentNamed } from '../../../shared/tasks/mesh.ts';

const read = (value: unknown) => readRequest(Buffer.from(JSON.stringify(value)));
const good = { jsonrpc: '2.0', id: 1, method: 'GetTask', params: { id: 't1' } };

function problemOf(body: Buffer): JsonRpcRequestError {
  try {
    readRequest(body);
  } catch (error) {
    if (error instanceof JsonRpcRequestError) return error;
    throw error;
  }
  throw new Error('the request was read');
}

describe('a request', () => {
  it.each([1, 0, -1.5, 'a', '', null])('may have the id %j', (id) => {
    expect(read({ ...good, id })).toEqual({ id, method: 'GetTask', params: { id: 't1' } });
  });

  const withId = (id: string, params = '{}') => `{"jsonrpc":"2.0","method":"x","params":${params},"id":${id}}`;
  const idOf = (body: string) => JSON.stringify(readRequest(Buffer.from(body)).id);

  it.each([
    '9007199254740993',
    '-12345678901234567890.5',
    '1.0',
    '-0',
    '1e2',
    '0.10000000000000001',
    '"\\ud800"',
    `"${'x'.repeat(256)}"`,
    `"${'\u{1f426}'.repeat(256)}"`,
    `1${'0'.repeat(255)}`,
  ])('gets its id back as it came: %s', (id) => {
    expect(idOf(withId(id))).toBe(id);
    expect(idOf(withId(` ${id}\n`))).toBe(id);
    expect(idOf(withId(id, '{"id":7.0,"x":["{\\"id\\":8",{"id":2}]}'))).toBe(id);
  });

  it('has the last of several ids, however its name is spelled', () => {
    expect(idOf('{"jsonrpc":"2.0","id":1.0,"method":"x","\\u0069d":2.0}')).toBe('2.0');
    expect(idOf('{"jsonrpc":"2.0","\\u0069d":1.0,"method":"x","id":2.0,"params":{"id":3.0}}')).toBe('2.0');
  });

  it.each([
    [`"${'x'.repeat(257)}"`, /longer than 256 characters/],
    [`"${'\u{1f426}'.repeat(257)}"`, /longer than 256 characters/],
    [`"${'x'.repeat(1_000_000)}"`, /longer than 256 characters/],
    [`0.${'1'.repeat(255)}`, /longer than 256 characters/],
    [`${'1'.repeat(1_000_000)}`, /longer than 256 characters/],
    ['1e400', /id is the number 1e400, which is too large/],
    ['true', /id is missing or neither/],
    ['[1]', /id is missing or neither/],
  ])('is refused with such an id', (id, text) => {
    const error = problemOf(Buffer.from(withId(id)));
    expect(error).toMatchObject({ reason: 'INVALID_REQUEST', id: null, message: expect.stringMatching(text) });
  });

  it.each([
    ['{"a":[{"b":1e400}]}', /^params\/a\/0\/b is the number 1e400/],
    ['[-1e999]', /^params\/0 is the number -1e999/],
    ['{"a":"\\ud83d"}', /^params\/a has half of a surrogate pair/],
    ['{"\\ude00":1}', /half of a surrogate pair/],
  ])('is refused with its id when no other reader can read its params: %s', (params, text) => {
    const error = problemOf(Buffer.from(withId('1.0', params)));
    expect(error).toMatchObject({ reason: 'INVALID_PARAMS', message: expect.stringMatching(text) });
    expect(JSON.stringify(error.id)).toBe('1.0');
  });

  it('keeps the digits of numbers in its params', () => {
    const params = '{"a":[12345678901234567890,1.5],"b":0.1000000000000000055511151231257827}';
    expect(JSON.stringify(readRequest(Buffer.from(withId('1', params))).params)).toBe(params);
  });

  it.each([undefined, {}, []])('may have the params %j', (params) => {
    expect(read({ ...good, params }).params).toEqual(params);
  });

  const refusals: [string, unknown, unknown, RegExp][] = [
    ['a batch', [good], null, /Batches are not supported/],
    ['a text', 'GetTask', null, /not a JSON-RPC request object/],
    ['null', null, null, /not a JSON-RPC request object/],
    ['no id', { ...good, id: undefined }, null, /id is missing/],
    ['an object for an id', { ...good, id: {} }, null, /id is missing or neither/],
    ['another version', { ...good, jsonrpc: '1.0' }, 1, /jsonrpc is not "2.0"/],
    ['no method', { ...good, method: undefined }, 1, /method is missing/],
    ['an empty method', { ...good, method: '' }, 1, /method is missing/],
    ['null for params', { ...good, params: null }, 1, /params is neither/],
    ['a long number for params', { ...good, params: JSON.rawJSON('12345678901234567890') }, 1, /params is neither/],
    ['a text for params', { ...good, params: 'x' }, 1, /params is neither/],
  ];
  it.each(refusals)('is refused: %s', (_what, request, id, text) => {
    const error = problemOf(Buffer.from(JSON.stringify(request)));
    expect(error).toMatchObject({ reason: 'INVALID_REQUEST', id, message: expect.stringMatching(text) });
  });

  it.each([
    ['no JSON', Buffer.from('{'), 'PARSE_ERROR', /not valid JSON/],
    ['nothing', Buffer.from(''), 'PARSE_ERROR', /not valid JSON/],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'PARSE_ERROR', /not valid UTF-8/],
    ['257 levels', Buffer.from('['.repeat(257)), 'INVALID_REQUEST', /nested more than 256 levels/],
  ])('is refused when its body is %s', (_what, body, reason, text) => {
    expect(problemOf(body)).toMatchObject({ reason, id: null, message: expect.stringMatching(text) });
  });
});

describe('the params of an operation', () => {
  it.each([
    [undefined, {}],
    [{ id: 't1' }, { id: 't1' }],
  ])('%j', (params, expected) => {
    expect(paramsObject({ id: 1, method: 'GetTask', params })).toEqual(expected);
  });

  it('are no array', () => {
    expect(() => paramsObject({ id: 1, method: 'GetTask', params: [] })).toThrow(/The params of GetTask/);
  });
});

describe('a skill as a method', () => {
  it.each([
    [undefined, {}],
    [{ city: 'Oslo' }, { city: 'Oslo' }],
    [[1], [1]],
  ])('takes %j', (params, input) => {
    expect(skillCallOf(agentNamed('echo'), { id: 1, method: 'echo', params })).toEqual({ skillId: 'echo', input });
  });

  it('is refused when the agent has no such skill', () => {
    expect(() => skillCallOf(agentNamed('echo'), { id: 1, method: 'sing', params: {} })).toThrow(
      'sing is neither a method of A2A 1.0 nor a skill of echo, which has: echo.',
    );
  });
});

describe('the version', () => {
  it.each([
    ['1.0', '1.0'],
    ['1.0.1', '1.0'],
    ['1.0.20', '1.0'],
    ['0.3', '0.3'],
    ['0.3.0', '0.3'],
  ])('%s is %s', (asked, version) => {
    expect(readVersion(asked)).toBe(version);
  });

  it.each(['1', '1.', '1.0.', '1.0.x', '1.1', '2.0', '0.2.9', '10.0', 'v1.0'])('%s is refused', (asked) => {
    expect(() => readVersion(asked)).toThrow(
      expect.objectContaining({ code: 'VERSION_NOT_SUPPORTED', metadata: { supportedVersions: '1.0, 0.3' } }),
    );
  });

  it.each([
    ['SendMessage', undefined, 'SendMessage', '1.0'],
    ['SendMessage', '1.0', 'SendMessage', '1.0'],
    ['message/send', undefined, 'SendMessage', '0.3'],
    ['tasks/resubscribe', '0.3', 'SubscribeToTask', '0.3'],
  ] as const)('tells what %s with %s is', (name, asked, operation, version) => {
    expect(methodOf(name, asked)).toMatchObject({ operation, dialect: { version } });
  });

  it.each([
    ['SendMessage', '0.3'],
    ['message/send', '1.0'],
    ['toString', undefined],
    ['a-skill', undefined],
  ] as const)('knows no method %s with %s', (name, asked) => {
    expect(methodOf(name, asked)).toBeUndefined();
  });
});
