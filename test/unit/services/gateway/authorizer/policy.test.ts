import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '#hosts/standalone/policy/policy.ts';
import { type Permissions, policyOf, type Stage, stageOf } from '#services/gateway/authorizer/policy.ts';
import { type AgentId, isAgentId } from '#shared/ids.ts';
import { agentIds, stageArn } from './fixtures.ts';

const stage = stageOf(`${stageArn}/GET/`);
if (!stage) throw new Error('no stage');

function mayCall(permissions: Permissions): (method: string, path: string) => boolean {
  const allows = compilePolicy(policyOf(permissions, stage as Stage, 8_000).document);
  return (method, path) => allows('execute-api:Invoke', `${stageArn}/${method}${path}`);
}
const ids = (...names: string[]): AgentId[] => names.filter(isAgentId);

const nobody = mayCall({ agents: [], admin: false, events: false });
const one = mayCall({ agents: ids('echo'), admin: false, events: false });
const every = mayCall({ agents: '*', admin: false, events: false });
const admin = mayCall({ agents: [], admin: true, events: false });
const adminOfOne = mayCall({ agents: ids('echo'), admin: true, events: false });
const producer = mayCall({ agents: [], admin: false, events: true });
const producerOfOne = mayCall({ agents: ids('echo'), admin: false, events: true });
const principals = { nobody, one, every, admin, adminOfOne, producer, producerOfOne };

describe('who may call what', () => {
  const table: [string, string, (keyof typeof principals)[]][] = [
    ['POST', '/agents/echo', ['one', 'every', 'adminOfOne', 'producerOfOne']],
    ['POST', '/agents/echo/', ['one', 'every', 'adminOfOne', 'producerOfOne']],
    ['POST', '/agents/echo/message:send', ['one', 'every', 'adminOfOne', 'producerOfOne']],
    ['GET', '/agents/echo/tasks/0190-1', ['one', 'every', 'adminOfOne', 'producerOfOne']],
    ['GET', '/agents/echo/.well-known/agent-card.json', ['one', 'every', 'adminOfOne', 'producerOfOne']],
    ['DELETE', '/agents/echo/tasks/1/pushNotificationConfigs/2', ['one', 'every', 'adminOfOne', 'producerOfOne']],
    ['POST', '/agents/calculator', ['every']],
    ['GET', '/agents/calculator/tasks/1', ['every']],
    ['POST', '/agents/echo2', ['every']],
    ['POST', '/agents/ech', ['every']],
    ['POST', '/agents/Echo', ['every']],
    ['POST', '/agents', []],
    ['GET', '/metrics', ['admin', 'adminOfOne']],
    ['GET', '/admin', ['admin', 'adminOfOne']],
    ['DELETE', '/admin/agents/echo', ['admin', 'adminOfOne']],
    ['POST', '/admin/agents/echo/disable', ['admin', 'adminOfOne']],
    ['GET', '/administrator', []],
    ['POST', '/metrics', []],
    ['GET', '/metrics/x', []],
    ['POST', '/events', ['producer', 'producerOfOne']],
    ['GET', '/events', []],
    ['POST', '/events/x', []],
    ['POST', '/admin/events', ['admin', 'adminOfOne']],
    ['GET', '/', []],
    ['GET', '', []],
  ];
  it.each(table)('%s %s', (method, path, allowed) => {
    const names = Object.entries(principals).flatMap(([name, may]) => (may(method, path) ? [name] : []));
    expect(names).toEqual(Object.keys(principals).filter((name) => allowed.some((one) => one === name)));
  });
});

describe('tricks', () => {
  it.each([
    '/agents/echo/../calculator',
    '/agents/echo/..',
    '/agents/echo/%2e%2e/calculator',
    '/agents/echo/%2E%2E/calculator',
    '/agents/echo/.%2e/calculator',
    '/agents/echo/%2e./calculator',
    '/agents/echo/..\\calculator',
    '/agents/echo\\..\\calculator',
    '/agents/echo/..%5ccalculator',
    '/agents/echo%2f..%2fcalculator',
    '/agents/echo/%2F../admin',
    '//agents/echo',
    '/agents//echo',
    '/agents/echo//x',
    '/x/agents/echo',
    '/agents/calculator/agents/echo',
    '/agents/calculator/agents/echo/tasks',
    '/agents/calculator/x:a1b2c3d4e5/production/POST/agents/echo',
    '/calculator/POST/agents/echo',
    '/metrics/agents/echo',
    '/%61gents/echo',
    '/agents/%65cho',
    '/agents/echo%20',
    '/agents/echo;x',
    '/agents/*',
    '/agents/ech?',
    '/AGENTS/echo',
  ])('POST %s is not for who may call only echo', (path) => {
    expect(one('POST', path)).toBe(false);
    expect(adminOfOne('POST', path)).toBe(false);
  });

  it('the admin API is not for who may call an agent of any name', () => {
    const odd = mayCall({ agents: ids('echo', 'admin', 'agents', 'metrics'), admin: false, events: false });
    for (const path of ['/admin', '/admin/agents/echo', '/admin/agents/admin', '/admin/agents/agents/x', '/metrics']) {
      for (const method of ['GET', 'POST', 'DELETE']) expect(odd(method, path)).toBe(false);
    }
  });

  it.each(['/agents/../admin', '/agents/x/../../admin', '/agents/%2e%2e/admin', '/agents/..\\admin'])(
    'GET %s is not for who may call every agent',
    (path) => expect(every('GET', path)).toBe(false),
  );

  it.each(['/agents/echo', '/agents/x/admin', '/agents/x/admin/y', '/x/admin/y', '/admin/../agents/echo'])(
    'GET %s is not for who may only administer',
    (path) => expect(admin('GET', path)).toBe(false),
  );

  it.each(['post', 'Post', 'PUT', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'X'])(
    'the method %s is for nobody',
    (method) => {
      const path = '/agents/echo/tasks';
      expect([every(method, path), adminOfOne(method, path)]).toEqual([false, false]);
    },
  );

  const segment = fc.oneof(
    fc.constantFrom(
      'agents',
      'echo',
      'calculator',
      'admin',
      'metrics',
      '.',
      '..',
      '%2e',
      '%2E%2e',
      '.%2E',
      '',
      'x',
      'POST',
    ),
    fc.constantFrom(
      '..\\',
      '\\',
      '%5c',
      '%2f',
      '%2F..',
      'echo\\..',
      'x:a1b2c3d4e5',
      'production',
      '%252e%252e',
      ';',
      '..;',
    ),
    fc.string({ maxLength: 4 }).filter((text) => /^[\x21-\x7e]*$/.test(text) && !/[?#]/.test(text)),
  );
  const path = fc.oneof(
    fc.array(segment, { maxLength: 8 }).map((parts) => `/${parts.join('/')}`),
    fc.array(segment, { maxLength: 6 }).map((parts) => `/agents/echo/${parts.join('/')}`),
    fc.array(segment, { maxLength: 6 }).map((parts) => `/${parts.join('/')}/agents/echo`),
  );
  const method = fc.constantFrom('GET', 'POST', 'DELETE', 'PUT');

  /** Where a server that tidies the path up, and one that also decodes it, would bring the call. */
  function destinations(asked: string): string[] {
    const tidied = new URL(`http://gateway${asked}`).pathname;
    const decoded = URL.parse(`http://gateway/${decodeURI(tidied).replace(/^\/+/, '')}`)?.pathname ?? '';
    return [asked, tidied, decoded];
  }

  const toEcho = /^\/agents\/echo(?:\/|$)/;
  const toAdmin = /^\/(?:admin(?:\/|$)|metrics$)/;
  const claims: [string, typeof one, RegExp[]][] = [
    ['who may call echo gets to echo', one, [toEcho]],
    ['who may call every agent gets to agents', every, [/^\/agents\//]],
    ['an administrator gets to the admin API', admin, [toAdmin]],
    ['an administrator who may call echo gets to both', adminOfOne, [toEcho, toAdmin]],
  ];
  it.each(claims)('%s, and nowhere else, however the path is read', (_what, may, places) => {
    let allowed = 0;
    fc.assert(
      fc.property(method, path, (verb, asked) => {
        if (!may(verb, asked)) return;
        allowed++;
        let all: string[];
        try {
          all = destinations(asked);
        } catch {
          return; // No server can decode it: it gets to nothing.
        }
        for (const place of all) expect(places.some((pattern) => pattern.test(place))).toBe(true);
      }),
      {
        numRuns: 10_000,
        examples: [
          ['POST', '/agents/echo/x'],
          ['GET', '/admin/x'],
        ],
      },
    );
    expect(allowed).toBeGreaterThan(0);
  });
});

describe('the size', () => {
  /** docs/concepts/security.md names these figures. */
  it.each([
    [12, false, 73],
    [64, false, 35],
    [12, true, 16],
  ])('with ids of %i letters (admin: %s) takes %i agents', (length, isAdmin, fitting) => {
    const { document, left } = policyOf(
      { agents: agentIds(200, length), admin: isAdmin, events: false },
      stage as Stage,
      7_800,
    );
    expect(200 - left).toBe(fitting);
    expect(JSON.stringify(document).length).toBeLessThanOrEqual(7_800);
  });

  it('denies what did not fit', () => {
    const agents = agentIds(200, 12);
    const { document, left } = policyOf({ agents, admin: false, events: false }, stage as Stage, 5_000);
    const allows = compilePolicy(document);
    const allowed = agents.filter((id) => allows('execute-api:Invoke', `${stageArn}/POST/agents/${id}`));
    expect(allowed).toEqual(agents.slice(0, 200 - left));
  });
});

it('writes stars nowhere but at the end of what it allows to an administrator or of every agent', () => {
  for (const permissions of [
    { agents: ids('echo'), admin: true, events: true },
    { agents: '*', admin: true, events: true } as const,
  ]) {
    const [allow] = policyOf(permissions, stage as Stage, 8_000).document.Statement;
    const resources = allow && 'Resource' in allow ? [allow.Resource].flat() : [];
    expect(resources.length).toBeGreaterThan(0);
    for (const resource of resources) expect(String(resource).slice(0, -1)).not.toMatch(/[*?]/);
  }
});
