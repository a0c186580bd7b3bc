import { describe, expect, it, vi } from 'vitest';
import { arn } from '#hosts/aws-api/identity.ts';
import { LocalAuthorizer } from '#hosts/standalone/api-gateway/authorize.ts';
import { TestClock } from '#test/support/fixtures.ts';

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

/** An authorizer whose Lambda function lets every token call what the patterns say. */
function authorizer(...patterns: string[]) {
  const clock = new TestClock();
  const wallClock = new TestClock();
  const expiresAt = wallClock.now() + 3_600_000;
  const invoke = vi.fn(async () => ({
    principalId: 'client',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: patterns.map((pattern) => arn('execute-api', `standalone/local/${pattern}`)),
        },
      ],
    },
    context: { clientId: 'client', expiresAt },
  }));
  const target = { name: 'authorizer', invoke, stop: async () => {} };
  return { invoke, clock, wallClock, local: new LocalAuthorizer({ target, clock, wallClock, log }) };
}

describe('the answer that is kept for a token', () => {
  it('lets each method and path call what the policy says of it, also when asked again', async () => {
    const { invoke, local } = authorizer('POST/agents/echo', 'GET/admin/*');
    const statusOf = async (method: string, path: string) => {
      const authorized = await local.authorize(method, path, 'Bearer token');
      return 'refusal' in authorized ? authorized.refusal.status : 200;
    };
    for (let again = 0; again < 3; again++) {
      expect(await statusOf('POST', '/agents/echo')).toBe(200);
      expect(await statusOf('GET', '/agents/echo')).toBe(403);
      expect(await statusOf('POST', '/agents/calculator')).toBe(403);
      expect(await statusOf('GET', '/admin/tasks')).toBe(200);
    }
    expect(invoke).toHaveBeenCalledTimes(1);
  });

  it('stays right whatever paths a caller makes up', async () => {
    const { local } = authorizer('POST/agents/even-*');
    for (let i = 0; i < 500; i++) {
      const allowed = await local.authorize('POST', `/agents/even-${i}`, 'Bearer token');
      const denied = await local.authorize('POST', `/agents/odd-${i}`, 'Bearer token');
      expect(['refusal' in allowed, 'refusal' in denied]).toEqual([false, true]);
    }
  });

  it('is of one token', async () => {
    const { invoke, local } = authorizer('POST/agents/echo');
    await local.authorize('POST', '/agents/echo', 'Bearer a');
    await local.authorize('POST', '/agents/echo', 'Bearer b');
    expect(invoke).toHaveBeenCalledTimes(2);
  });

  it('is asked for again after 5 s of the clock of the mesh, whatever the wall clock is set to', async () => {
    const { invoke, local, clock, wallClock } = authorizer('POST/agents/echo');
    await local.authorize('POST', '/agents/echo', 'Bearer token');
    wallClock.advance(-3_600);
    clock.advance(4);
    await local.authorize('POST', '/agents/echo', 'Bearer token');
    expect(invoke).toHaveBeenCalledTimes(1);
    clock.advance(1);
    await local.authorize('POST', '/agents/echo', 'Bearer token');
    expect(invoke).toHaveBeenCalledTimes(2);
  });

  it('ends with its token, by the wall clock', async () => {
    const { invoke, local, wallClock } = authorizer('POST/agents/echo');
    await local.authorize('POST', '/agents/echo', 'Bearer token');
    wallClock.advance(3_600);
    await local.authorize('POST', '/agents/echo', 'Bearer token');
    expect(invoke).toHaveBeenCalledTimes(2);
  });
});
