import { Hono } from 'hono';
import { beforeEach, describe, expect, it } from 'vitest';
import { cardEndpoint } from '#services/gateway/cards.ts';
import type { GatewayEnvironment } from '#services/gateway/environment.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { agentNamed } from '../../shared/tasks/mesh.ts';

const second = 1_000;
const start = 1_800_000_000_500;

let app: Hono<GatewayEnvironment>;
let updatedAt: number;
function serve(card: '1.0' | 'compatible' = '1.0') {
  const agent = { ...agentNamed('echo'), public: true };
  app = new Hono<GatewayEnvironment>();
  app.get(
    '/agents/:agentId/.well-known/agent-card.json',
    cardEndpoint({
      registry: { get: () => ({ ...agent, updatedAt }) },
      settings: { url: 'https://mesh.example', tokenUrl: 'https://mesh.example/oauth2/token', card },
      clock: { now: () => start },
    } as unknown as Runtime),
  );
}
beforeEach(() => {
  updatedAt = start - 60 * second;
  serve();
});
const get = async (headers: Record<string, string> = {}) =>
  app.request('/agents/echo/.well-known/agent-card.json', { headers });

describe('a card', () => {
  it('has a weak tag and the time at which it or the gateway changed', async () => {
    const response = await get();
    expect(response.headers.get('etag')).toMatch(/^W\/"[0-9a-f]{32}"$/);
    expect(response.headers.get('last-modified')).toBe(new Date(start).toUTCString());
    updatedAt = start + 60 * second;
    expect((await get()).headers.get('last-modified')).toBe(new Date(updatedAt).toUTCString());
  });

  it('is not sent again to a client that has it', async () => {
    const tag = (await get()).headers.get('etag') ?? '';
    for (const known of [tag, tag.slice(2), `"x", ${tag}`, '*', ' * ']) {
      const response = await get({ 'if-none-match': known });
      expect([response.status, await response.text()], known).toEqual([304, '']);
      expect(response.headers.get('etag')).toBe(tag);
    }
    for (const since of [start, start + second]) {
      expect((await get({ 'if-modified-since': new Date(since).toUTCString() })).status).toBe(304);
    }
  });

  it('is sent to a client that has another one', async () => {
    const now = new Date(start).toUTCString();
    for (const headers of [
      { 'if-none-match': '"x"' },
      { 'if-none-match': '' },
      { 'if-none-match': '"x"', 'if-modified-since': now },
      { 'if-modified-since': new Date(start - second).toUTCString() },
      { 'if-modified-since': 'yesterday' },
    ]) {
      expect((await get(headers as Record<string, string>)).status, JSON.stringify(headers)).toBe(200);
    }
  });

  it('is one of A2A 1.0 alone, unless the setting or the client asks for both', async () => {
    const fieldsOf = async (headers = {}) => Object.keys((await (await get(headers)).json()) as object);
    const legacy = ['url', 'preferredTransport', 'protocolVersion', 'additionalInterfaces', 'security'];
    expect((await fieldsOf()).filter((name) => legacy.includes(name))).toEqual([]);
    expect(await fieldsOf()).toContain('securityRequirements');
    expect(await fieldsOf({ 'a2a-version': '0.3.0' })).toEqual(expect.arrayContaining(legacy));
    expect(await fieldsOf({ 'a2a-version': '7' })).toEqual(await fieldsOf());
    serve('compatible');
    expect(await fieldsOf()).toEqual(expect.arrayContaining(legacy));
    expect(await fieldsOf()).not.toContain('securityRequirements');
  });

  it('for both versions has each security scheme in both shapes', async () => {
    serve('compatible');
    const flows = { clientCredentials: { tokenUrl: 'https://mesh.example/oauth2/token', scopes: expect.any(Object) } };
    expect(await (await get()).json()).toMatchObject({
      url: 'https://mesh.example/agents/echo',
      preferredTransport: 'JSONRPC',
      protocolVersion: '0.3.0',
      additionalInterfaces: [
        { url: 'https://mesh.example/agents/echo', transport: 'JSONRPC' },
        { url: 'https://mesh.example/agents/echo', transport: 'HTTP+JSON' },
      ],
      securitySchemes: { oauth2: { oauth2SecurityScheme: { flows }, type: 'oauth2', flows } },
      security: [{ oauth2: [expect.stringContaining('echo')] }],
    });
  });
});
