import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { answerError } from '#services/gateway/admin/errors.ts';
import { adminRoute } from '#services/gateway/admin/route.ts';
import type { GatewayEnvironment } from '#services/gateway/environment.ts';

const body = {
  type: 'object',
  properties: { reason: { type: 'string' }, minutes: { type: 'integer', minimum: 1 } },
  required: ['reason'],
  additionalProperties: false,
} as const;

function serve() {
  const app = new Hono<GatewayEnvironment>();
  const routes = [
    adminRoute({
      method: 'post',
      path: '/agents/{id}/pause',
      summary: 'Pauses an agent.',
      body,
      answer: { type: 'object' },
      handle: ({ path, body }) => ({ id: path.id, reason: body.reason, minutes: body.minutes ?? 5 }),
    }),
    adminRoute({
      method: 'delete',
      path: '/agents/{id}',
      summary: 'Removes an agent.',
      query: { force: { type: 'string', enum: ['yes', 'no'], description: 'yes or no' } },
      handle: () => undefined,
    }),
  ];
  for (const route of routes) route.mount(app);
  app.onError(answerError({ log: { debug() {}, info() {}, warn() {}, error() {} } }));
  return app;
}

const post = (text: string | Uint8Array<ArrayBuffer>) =>
  serve().request('/agents/echo/pause', { method: 'POST', body: text });

describe('a route of the admin API', () => {
  it('gives the handler the path and the checked body, and answers with its value', async () => {
    const response = await post('{"reason":"release"}');
    expect([response.status, await response.json()]).toEqual([200, { id: 'echo', reason: 'release', minutes: 5 }]);
  });

  it.each([
    ['no body', '', 'The body is not valid JSON.'],
    ['no JSON', '{', 'The body is not valid JSON.'],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'The body is not valid UTF-8.'],
    ['deep nesting', '['.repeat(300) + ']'.repeat(300), 'The body is nested more than 256 levels deep.'],
    ['no object', '[]', 'The body is not valid: the body must be an object.'],
    ['a missing field', '{}', 'The body is not valid: reason is missing.'],
    ['a wrong type', '{"reason":1}', /reason/],
    ['a number out of range', '{"reason":"x","minutes":0}', /minutes/],
    ['an unknown field', '{"reason":"x","more":1}', 'The body is not valid: more is not allowed.'],
  ])('refuses %s', async (_, text, message) => {
    const response = await post(text);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: { code: 'INVALID_BODY', message: typeof message === 'string' ? message : expect.stringMatching(message) },
    });
  });

  it('answers 204 when the handler returns nothing, and checks the query', async () => {
    const remove = (query: string) => serve().request(`/agents/echo${query}`, { method: 'DELETE' });
    expect((await remove('?force=yes&unknown=1')).status).toBe(204);
    const refused = await remove('?force=maybe');
    expect(await refused.json()).toEqual({
      error: { code: 'INVALID_PARAMETER', message: 'The parameter force takes yes or no.' },
    });
  });
});
