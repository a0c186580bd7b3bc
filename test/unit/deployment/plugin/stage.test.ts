import { describe, expect, it } from 'vitest';
import { api } from '#deployment/plugin/api/step.ts';
import { identity } from '#deployment/plugin/identity/step.ts';
import type { Moments } from '#deployment/plugin/step.ts';
import type { ResourceMap } from '#deployment/plugin/template.ts';
import { functionOf, serverlessOf, silent } from './serverless.ts';

async function merged({ finish }: Moments): Promise<void> {
  await finish?.();
}

describe("the API's stage", () => {
  it('has the newest deployment, which has all that the API answers by itself', async () => {
    const Resources: ResourceMap = {
      Deployment123: {
        Type: 'AWS::ApiGateway::Deployment',
        Properties: { RestApiId: { Ref: 'Api' }, StageName: 'dev' },
        DependsOn: ['MethodGet'],
      },
      ApiStage: { Type: 'AWS::ApiGateway::Stage', Properties: { StageName: 'dev' } },
      NotFound: { Type: 'AWS::ApiGateway::GatewayResponse', Properties: {} },
    };
    await merged(api(serverlessOf({}, { template: { Resources } }), silent));
    expect(Resources.ApiStage?.Properties).toEqual({ StageName: 'dev', DeploymentId: { Ref: 'Deployment123' } });
    expect(Resources.Deployment123).toEqual({
      Type: 'AWS::ApiGateway::Deployment',
      Properties: { RestApiId: { Ref: 'Api' } },
      DependsOn: ['MethodGet', 'NotFound'],
    });
  });

  it('is not missed where there is no API', async () => {
    await expect(merged(api(serverlessOf({}), silent))).resolves.toBeUndefined();
  });
});

describe('the share of calls that X-Ray records', () => {
  const rule = (FixedRate: unknown): ResourceMap => ({
    SamplingRule: { Type: 'AWS::XRay::SamplingRule', Properties: { SamplingRule: { FixedRate, ReservoirSize: 0 } } },
  });

  it.each([
    [0.01, 0.01],
    ['0.05', 0.05],
    [0, 0],
    ['1', 1],
  ])('is the number of traceRate: %j', async (given, rate) => {
    const Resources = rule(given);
    await merged(api(serverlessOf({}, { template: { Resources } }), silent));
    expect(Resources.SamplingRule?.Properties.SamplingRule).toEqual({ FixedRate: rate, ReservoirSize: 0 });
  });

  it.each(['5', 5, -0.1, '5%', '', 'NaN', null, true])('cannot be %j', async (given) => {
    const packaging = merged(api(serverlessOf({}, { template: { Resources: rule(given) } }), silent));
    await expect(packaging).rejects.toThrow(/^traceRate is the share of calls .* from 0 to 1 such as 0\.01, not /);
  });
});

describe('the resource server', () => {
  const scopes = [{ ScopeName: 'agents:invoke', ScopeDescription: 'May call every agent' }];
  const agent = (id: string) => functionOf({ events: [{ subscription: { agent: id } }] });

  async function scopesWith(functions: Parameters<typeof serverlessOf>[0]): Promise<unknown> {
    const server = { Type: 'AWS::Cognito::UserPoolResourceServer', Properties: { Scopes: scopes } };
    await merged(identity(serverlessOf(functions, { template: { Resources: { Server: server } } }), silent));
    return server.Properties.Scopes;
  }

  it('has a scope for each agent beside its own', async () => {
    expect(await scopesWith({ one: agent('echo'), two: functionOf({}), three: agent('weather') })).toEqual([
      ...scopes,
      { ScopeName: 'echo:invoke', ScopeDescription: 'May call echo' },
      { ScopeName: 'weather:invoke', ScopeDescription: 'May call weather' },
    ]);
  });

  it('takes no more scopes than Cognito', async () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, agent(`a${n}`)]));
    await expect(scopesWith(many(99))).resolves.toHaveLength(100);
    await expect(scopesWith(many(100))).rejects.toThrow(/Server would have 101 scopes, and Cognito takes 100/);
  });
});
