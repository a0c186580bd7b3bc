// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Fn::Sub
import { expect, it } from 'vitest';
import { canary } from '#deployment/plugin/canary/step.ts';
import { functionOf, serverlessOf } from './serverless.ts';

const echo = functionOf({ events: [{ subscription: { agent: 'echo' } }] });

function packaged(agent: string, rate = 'rate(5 minutes)') {
  const warnings: string[] = [];
  const watching = functionOf({ events: [{ canary: { agent, rate } }] });
  const serverless = serverlessOf({ echo, canary: watching });
  const moments = canary(serverless, { warning: (text) => warnings.push(text) });
  moments.prepare?.();
  moments.compile?.();
  const { functions, provider } = serverless.service;
  return { functions, resources: provider.compiledCloudFormationTemplate.Resources, warnings };
}

it('the canary gets a schedule, a client that may call its agent, and the secret of the client', () => {
  const { functions, resources, warnings } = packaged('echo');
  expect(functions.canary).toMatchObject({
    events: expect.arrayContaining([{ schedule: 'rate(5 minutes)' }]),
    environment: { STARLING_CANARY_AGENT: 'echo' },
    access: {
      statements: [{ Action: ['secretsmanager:GetSecretValue'], Resource: [{ 'Fn::GetAtt': ['canarySecret', 'Id'] }] }],
    },
  });
  expect(resources.canaryClient?.Properties).toMatchObject({
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthScopes: ['starling/echo:invoke'],
  });
  expect(resources.canarySecret?.Properties).toEqual({
    Name: 'starling/dev/canary',
    SecretString: { 'Fn::Sub': '{"clientId":"${canaryClient}","clientSecret":"${canaryClient.ClientSecret}"}' },
  });
  expect(JSON.stringify(functions.canary)).not.toContain('ClientSecret');
  expect(warnings).toEqual([]);
});

it.each([
  ['off', []],
  ['other', ['There is no canary, because no function answers for other.']],
])('a stage with the canary %s has none', (agent, expected) => {
  const { functions, resources, warnings } = packaged(agent);
  expect(Object.keys(functions)).toEqual(['echo']);
  expect(resources).toEqual({});
  expect(warnings).toEqual(expected);
});

it.each(['5 minutes', 'rate(5 minute)', 'rate(1 minutes)', 'cron(0 * * * ? *)', ''])('%j is no rate', (rate) => {
  expect(() => packaged('echo', rate)).toThrow(/^functions\.canary\.events\.canary: '.*' is not a rate\. Write rate/);
});
