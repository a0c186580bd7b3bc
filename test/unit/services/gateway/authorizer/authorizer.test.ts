import { describe, expect, it } from 'vitest';
import { createAuthorizer } from '#services/gateway/authorizer/authorizer.ts';
import { KeysUnavailableError, TokenError } from '#shared/security/token-error.ts';
import { createTokenVerifier, type TokenVerifier } from '#shared/security/verify-token.ts';
import { createTestIssuer, TestClock } from '#test/support/fixtures.ts';
import { agentIds, eventOf, permissionsOf, stageArn } from './fixtures.ts';

const scopes = ['starling/agents:invoke', 'starling/x:y'];
const good: TokenVerifier = async (token) => {
  if (token !== 'token') throw new TokenError('BAD_SIGNATURE');
  return { clientId: 'app', scopes, expiresAt: 1 };
};

function recorder() {
  const lines: string[] = [];
  const line = (level: string) => (message: string, fields?: object) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  return { lines, info: line('info'), error: line('error') };
}

describe('the answer', () => {
  it('says who calls and with which scopes', async () => {
    const authorize = createAuthorizer({ verify: good, permissions: permissionsOf('*') });
    const { principalId, context } = await authorize(eventOf());
    expect(principalId).toBe('app');
    expect(context).toEqual({
      clientId: 'app',
      scopes: 'starling/agents:invoke starling/x:y',
      expiresAt: expect.any(Number),
    });
  });

  it('is the same whatever path is asked, as API Gateway keeps it for the others', async () => {
    const authorize = createAuthorizer({ verify: good, permissions: permissionsOf(['echo', 'weather']) });
    const answers = await Promise.all(
      ['POST/agents/echo', 'GET/admin/agents', 'DELETE/', 'GET/agents/../x'].map((path) =>
        authorize(eventOf(undefined, `${stageArn}/${path}`)),
      ),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('lets no id into an ARN that is no agent’s', async () => {
    const bad = ['*', '?', 'echo*', '../admin', 'echo/*', 'e:x', '', 'Echo', '$', 'a"b', 'e\n'];
    const authorize = createAuthorizer({ verify: good, permissions: permissionsOf(bad) });
    const { policyDocument } = await authorize(eventOf());
    expect(policyDocument.Statement.map(({ Effect }) => Effect)).toEqual(['Deny']);
  });

  it('fits into 8 KB also with many long scopes', async () => {
    const many = Array.from({ length: 50 }, (_, i) => `starling/${'x'.repeat(50)}${i}:invoke`);
    const verify: TokenVerifier = async () => ({ clientId: 'app', scopes: many, expiresAt: 1 });
    const answer = await createAuthorizer({ verify, permissions: permissionsOf(agentIds(50, 64)) })(eventOf());
    expect(JSON.stringify(answer).length).toBeLessThanOrEqual(8_000);
    expect(answer.policyDocument.Statement).toHaveLength(2);
  });

  it('fits into 8 KB, and the log says what did not', async () => {
    const log = recorder();
    const authorize = createAuthorizer({ verify: good, permissions: permissionsOf(agentIds(1_000, 64)), log });
    const answer = await authorize(eventOf());
    expect(JSON.stringify(answer).length).toBeLessThanOrEqual(8_000);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toMatch(/^error A principal may call more agents .*"clientId":"app","denied":\d{3}/);
  });
});

describe('without a good token', () => {
  const bad: [string, Record<string, string> | null][] = [
    ['no headers', null],
    ['no header', {}],
    ['an empty header', { Authorization: '' }],
    ['another scheme', { Authorization: 'Basic token' }],
    ['no scheme', { Authorization: 'token' }],
    ['only the scheme', { Authorization: 'Bearer ' }],
    ['two tokens', { Authorization: 'Bearer token token' }],
    ['a list', { Authorization: 'Bearer token, Bearer token' }],
    ['a header twice', { Authorization: 'Bearer token', authorization: 'Bearer token' }],
    ['a token that is refused', { Authorization: 'Bearer other' }],
  ];
  it.each(bad)('it throws what API Gateway turns into a 401: %s', async (_what, headers) => {
    const authorize = createAuthorizer({ verify: good, permissions: permissionsOf('*') });
    await expect(authorize(eventOf(headers))).rejects.toThrow(/^Unauthorized$/);
  });

  it('reads the header in any case, and its values where there are several', async () => {
    const authorize = createAuthorizer({ verify: good, permissions: permissionsOf('*') });
    for (const headers of [{ authorization: 'bearer token' }, { AUTHORIZATION: 'BEARER  token' }]) {
      expect((await authorize(eventOf(headers))).principalId).toBe('app');
    }
    const event = eventOf();
    event.multiValueHeaders = { Authorization: ['Bearer token', 'Bearer other'] };
    await expect(authorize(event)).rejects.toThrow(/^Unauthorized$/);
    event.multiValueHeaders = { Authorization: ['Bearer token'] };
    expect((await authorize(event)).principalId).toBe('app');
  });

  it('logs why, and not the token', async () => {
    const log = recorder();
    const authorize = createAuthorizer({ verify: good, permissions: permissionsOf('*'), log });
    await expect(authorize(eventOf({ Authorization: 'Bearer s3cret' }))).rejects.toThrow();
    expect(log.lines).toEqual(['info A token was refused {"reason":"BAD_SIGNATURE"}']);
  });

  it('does not take a failure of its own for a bad token, and counts only the failure', async () => {
    const counted: string[] = [];
    const metrics = { count: (name: string) => counted.push(name) };
    const bad = createAuthorizer({ verify: good, permissions: permissionsOf('*'), metrics });
    await expect(bad(eventOf({ Authorization: 'Bearer wrong' }))).rejects.toThrow(/^Unauthorized$/);
    await expect(bad(eventOf({}))).rejects.toThrow(/^Unauthorized$/);
    expect(counted).toEqual([]);

    const broken: TokenVerifier = () => Promise.reject(new KeysUnavailableError('down'));
    const authorize = createAuthorizer({ verify: broken, permissions: permissionsOf('*'), metrics });
    await expect(authorize(eventOf())).rejects.toBeInstanceOf(KeysUnavailableError);
    const permissions = { ...permissionsOf('*'), agentsOf: () => Promise.reject(new Error('store')) };
    await expect(createAuthorizer({ verify: good, permissions, metrics })(eventOf())).rejects.toThrow('store');
    expect(counted).toEqual(['starling_authorizer_failures_total', 'starling_authorizer_failures_total']);
  });
});

it.each([
  '',
  'arn:aws:lambda:us-east-1:123456789012:function:x',
  'arn:aws:execute-api:us-east-1:123456789012:*/prod/GET/',
  'arn:aws:execute-api:us-east-1:123456789012:api/*/GET/x',
])('gives nothing for the method ARN %j', async (methodArn) => {
  const authorize = createAuthorizer({ verify: good, permissions: permissionsOf('*') });
  await expect(authorize(eventOf(undefined, methodArn))).rejects.toThrow(/method ARN/);
});

it('works with real tokens', async () => {
  const clock = new TestClock();
  const issuer = await createTestIssuer(clock);
  const verify = createTokenVerifier({ issuer: issuer.issuer, jwks: issuer.jwks, clock });
  const authorize = createAuthorizer({ verify, permissions: permissionsOf(['echo']) });
  const event = eventOf({ Authorization: `Bearer ${await issuer.sign()}` });
  expect((await authorize(event)).principalId).toBe('app');
  clock.advance(3_600);
  await expect(authorize(event)).rejects.toThrow(/^Unauthorized$/);
});
