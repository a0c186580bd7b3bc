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

function authorize(local: LocalAuthorizer, method: string, path: string, authorization: string) {
  return local.authorize({ method, path, authorization }, () => ({
    resource: '/{proxy+}',
    pathParameters: { proxy: path.slice(1) },
    headers: [
      ['Authorization', authorization],
      ['User-Agent', 'test'],
      ['Host', 'mesh.example.com'],
      ['X-Twice', 'one'],
      ['X-Twice', 'two'],
    ],
    query: new URLSearchParams('a=1&a=2&b=3'),
    sourceIp: '203.0.113.9',
  }));
}

describe('the event for the Lambda authorizer', () => {
  it('has every member that API Gateway documents', async () => {
    const { invoke, local, wallClock } = authorizer('GET/admin/*');
    vi.spyOn(wallClock, 'now').mockReturnValue(Date.UTC(2026, 11, 1, 4, 5, 21, 300));
    await authorize(local, 'GET', '/admin/tasks', 'Bearer token');
    const id = expect.stringMatching(/^[\da-f]{8}-[\da-f-]{27}$/);
    expect(invoke).toHaveBeenCalledExactlyOnceWith({
      type: 'REQUEST',
      methodArn: 'arn:aws:execute-api:us-east-1:000000000000:standalone/local/GET/admin/tasks',
      resource: '/{proxy+}',
      path: '/admin/tasks',
      httpMethod: 'GET',
      headers: { Authorization: 'Bearer token', 'User-Agent': 'test', Host: 'mesh.example.com', 'X-Twice': 'two' },
      multiValueHeaders: {
        Authorization: ['Bearer token'],
        'User-Agent': ['test'],
        Host: ['mesh.example.com'],
        'X-Twice': ['one', 'two'],
      },
      queryStringParameters: { a: '2', b: '3' },
      multiValueQueryStringParameters: { a: ['1', '2'], b: ['3'] },
      pathParameters: { proxy: 'admin/tasks' },
      stageVariables: {},
      requestContext: {
        accountId: '000000000000',
        apiId: 'standalone',
        domainName: 'mesh.example.com',
        domainPrefix: 'mesh',
        extendedRequestId: id,
        httpMethod: 'GET',
        identity: {
          accessKey: null,
          accountId: null,
          apiKey: null,
          apiKeyId: null,
          caller: null,
          clientCert: null,
          cognitoAuthenticationProvider: null,
          cognitoAuthenticationType: null,
          cognitoIdentityId: null,
          cognitoIdentityPoolId: null,
          principalOrgId: null,
          sourceIp: '203.0.113.9',
          user: null,
          userAgent: 'test',
          userArn: null,
        },
        path: '/admin/tasks',
        protocol: 'HTTP/1.1',
        requestId: id,
        requestTime: '01/Dec/2026:04:05:21 +0000',
        requestTimeEpoch: Date.UTC(2026, 11, 1, 4, 5, 21, 300),
        resourceId: '/{proxy+}',
        resourcePath: '/{proxy+}',
        stage: 'local',
      },
    });
  });
});

describe('the answer that is kept for a token', () => {
  it('lets each method and path call what the policy says of it, also when asked again', async () => {
    const { invoke, local } = authorizer('POST/agents/echo', 'GET/admin/*');
    const statusOf = async (method: string, path: string) => {
      const authorized = await authorize(local, method, path, 'Bearer token');
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
      const allowed = await authorize(local, 'POST', `/agents/even-${i}`, 'Bearer token');
      const denied = await authorize(local, 'POST', `/agents/odd-${i}`, 'Bearer token');
      expect(['refusal' in allowed, 'refusal' in denied]).toEqual([false, true]);
    }
  });

  it('is of one token', async () => {
    const { invoke, local } = authorizer('POST/agents/echo');
    await authorize(local, 'POST', '/agents/echo', 'Bearer a');
    await authorize(local, 'POST', '/agents/echo', 'Bearer b');
    expect(invoke).toHaveBeenCalledTimes(2);
  });

  it('is asked for again after 5 s of the clock of the mesh, whatever the wall clock is set to', async () => {
    const { invoke, local, clock, wallClock } = authorizer('POST/agents/echo');
    await authorize(local, 'POST', '/agents/echo', 'Bearer token');
    wallClock.advance(-3_600);
    clock.advance(4);
    await authorize(local, 'POST', '/agents/echo', 'Bearer token');
    expect(invoke).toHaveBeenCalledTimes(1);
    clock.advance(1);
    await authorize(local, 'POST', '/agents/echo', 'Bearer token');
    expect(invoke).toHaveBeenCalledTimes(2);
  });

  it('ends with its token, by the wall clock', async () => {
    const { invoke, local, wallClock } = authorizer('POST/agents/echo');
    await authorize(local, 'POST', '/agents/echo', 'Bearer token');
    wallClock.advance(3_600);
    await authorize(local, 'POST', '/agents/echo', 'Bearer token');
    expect(invoke).toHaveBeenCalledTimes(2);
  });
});
