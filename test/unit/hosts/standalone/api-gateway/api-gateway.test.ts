import { Hono } from 'hono';
import { expect, it, vi } from 'vitest';
import { createApiGateway } from '#hosts/standalone/api-gateway/api-gateway.ts';
import type { LocalAuthorizer } from '#hosts/standalone/api-gateway/authorize.ts';
import type { WiredFunction } from '#wiring/types.ts';

it.each([
  ['/agents/echo/card', 'card'],
  ['/agents/echo/tasks', 'rest'],
  ['/agents/echo', 'agent'],
  ['/agents', 'none'],
])('serves %s by its most specific route', async (url, expected) => {
  const route = (name: string, path: string) =>
    ({ name, routes: [{ method: 'GET', path }] }) as unknown as WiredFunction;
  const service = (name: string) => {
    const app = new Hono();
    app.all('*', ({ text }) => text(name));
    return [name, { app, stop: async () => {} } as never] as const;
  };
  const gateway = createApiGateway(
    [
      route('rest', '/agents/{agentId}/{proxy+}'),
      route('agent', '/agents/{agentId}'),
      route('rest', '/admin/{proxy+}'),
      route('card', '/agents/{agentId}/card'),
    ],
    new Map([service('rest'), service('agent'), service('card')]),
    {
      authorizers: new Map(),
      admission: { allow: () => expect.unreachable(), allowAnybody: () => expect.unreachable() },
    },
  );
  const response = await gateway.request(url, {}, {});
  expect(response.status === 404 ? 'none' : await response.text()).toBe(expected);
});

it.each([
  ['/agents/{agentId}', '/agents/echo?a=1', { agentId: 'echo' }],
  ['/agents/{agentId}/{proxy+}', '/agents/echo/v1/tasks/t:cancel', { agentId: 'echo', proxy: 'v1/tasks/t:cancel' }],
  ['/health', '/health/', {}],
])('gives the authorizer the route %s and its parameters', async (route, url, pathParameters) => {
  const authorize = vi.fn(async (_: unknown, details: () => unknown) => ({ context: { details: details() } }));
  const app = new Hono<{ Bindings: { requestContext: { authorizer: { details: object } } } }>();
  app.all('*', ({ env, json }) => json(env.requestContext.authorizer.details));
  const gateway = createApiGateway(
    [{ name: 'gateway', routes: [{ method: 'ANY', path: route, authorizer: 'guard' }] } as unknown as WiredFunction],
    new Map([['gateway', { app, stop: async () => {} } as never]]),
    {
      authorizers: new Map([['guard', { authorize } as unknown as LocalAuthorizer]]),
      admission: { allow: () => expect.unreachable(), allowAnybody: () => expect.unreachable() },
    },
  );
  const rawHeaders = ['Authorization', 'Bearer token', 'X-Twice', 'one', 'X-Twice', 'two', ':path', url];
  const response = await gateway.request(
    url,
    { headers: { authorization: 'Bearer token' } },
    { incoming: { rawHeaders, socket: { remoteAddress: '203.0.113.9' } } },
  );
  expect(await response.json()).toEqual({
    resource: route,
    pathParameters,
    headers: [
      ['Authorization', 'Bearer token'],
      ['X-Twice', 'one'],
      ['X-Twice', 'two'],
    ],
    query: {},
    sourceIp: '203.0.113.9',
  });
  expect(authorize.mock.lastCall?.[0]).toMatchObject({ method: 'GET', authorization: 'Bearer token' });
});
