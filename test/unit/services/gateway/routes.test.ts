import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readWiring } from '#wiring/index.ts';

const file = path.resolve(import.meta.dirname, '../../../../serverless.yml');

describe('the routes of the edge', () => {
  // What stands here without an authorizer, anybody reaches: a new line is to be thought about.
  it('are these, each behind the authorizer but for health and the cards', () => {
    const { functions } = readWiring(file, { stage: 'local', env: {} });
    const routes = functions.flatMap(({ name, routes }) =>
      routes.map((route) => `${route.method} ${route.path} → ${name}, ${route.authorizer ?? 'open'}`),
    );
    expect(routes.sort()).toEqual([
      'DELETE /admin/{proxy+} → gateway, authorizer',
      'DELETE /agents/{agentId}/{proxy+} → gateway, authorizer',
      'GET /admin/{proxy+} → gateway, authorizer',
      'GET /agents/{agentId}/.well-known/agent-card.json → gateway, open',
      'GET /agents/{agentId}/{proxy+} → gateway, authorizer',
      'GET /health → gateway, open',
      'GET /metrics → gateway, authorizer',
      'POST /admin/{proxy+} → gateway, authorizer',
      'POST /agents/{agentId} → gateway, authorizer',
      'POST /agents/{agentId}/{proxy+} → gateway, authorizer',
      'POST /events → gateway, authorizer',
    ]);
  });
});
