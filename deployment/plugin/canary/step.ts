import { secondsOfRate } from '#wiring/events.ts';
import { addResources, agentOf, eventOf, type FunctionDefinition, type Serverless } from '../osls.ts';
import type { Step } from '../step.ts';
import { attributeOf, type ResourceMap, ref, sub } from '../template.ts';

/**
 * The event type `canary` of `serverless.yml`: a function that calls an agent at a rate, as a client of the mesh, with a
 * client and a secret of its own. Only AWS has it.
 *
 * ```yaml
 * functions:
 *   canary:
 *     handler: services/canary/canary.createCanary
 *     timeout: 60
 *     events:
 *       - canary: { agent: echo, rate: rate(5 minutes) }
 * ```
 *
 * A stage has no canary if the agent is `off`, or if no function answers for it.
 */
export const canary: Step = (serverless, log) => {
  serverless.configSchemaHandler.defineFunctionEvent('aws', 'canary', {
    type: 'object',
    properties: { agent: { type: 'string' }, rate: { type: 'string' } },
    required: ['agent', 'rate'],
    additionalProperties: false,
  });
  const resources: ResourceMap = {};
  return {
    prepare() {
      const { functions } = serverless.service;
      const agents = Object.values(functions).flatMap((definition) => agentOf(definition) ?? []);
      for (const [name, definition] of Object.entries(functions)) {
        const event = eventOf(definition, 'canary') as CanaryEvent | undefined;
        if (event === undefined) continue;
        if (secondsOfRate(event.rate) === undefined) {
          throw new serverless.classes.Error(
            `functions.${name}.events.canary: '${event.rate}' is not a rate. Write rate(1 minute) or rate(5 minutes), or use hours or days.`,
            'INVALID_CANARY',
          );
        }
        if (agents.includes(event.agent)) {
          Object.assign(resources, expand(serverless, name, definition, event));
          continue;
        }
        delete functions[name];
        if (event.agent !== 'off') log.warning(`There is no canary, because no function answers for ${event.agent}.`);
      }
    },
    compile: () => addResources(serverless, resources),
  };
};

interface CanaryEvent {
  readonly agent: string;
  readonly rate: string;
}

function expand(
  serverless: Serverless,
  name: string,
  definition: FunctionDefinition,
  { agent, rate }: CanaryEvent,
): ResourceMap {
  const provider = serverless.getProvider('aws');
  const prefix = provider.naming.getNormalizedFunctionName(name);
  const client = `${prefix}Client`;
  const secret = `${prefix}Secret`;
  definition.events.push({ schedule: rate });
  definition.environment = { ...definition.environment, STARLING_CANARY_AGENT: agent };
  definition.access = {
    statements: [{ Effect: 'Allow', Action: ['secretsmanager:GetSecretValue'], Resource: [attributeOf(secret, 'Id')] }],
  };
  return {
    [client]: {
      Type: 'AWS::Cognito::UserPoolClient',
      // The scope is a name and no reference, so the order must be said.
      DependsOn: 'ResourceServer',
      Properties: {
        UserPoolId: ref('UserPool'),
        ClientName: `starling-${name}`,
        GenerateSecret: true,
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthFlows: ['client_credentials'],
        AllowedOAuthScopes: [`starling/${agent}:invoke`],
        ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
        // Cognito bills each token. A day is the longest that it allows.
        AccessTokenValidity: 1,
        TokenValidityUnits: { AccessToken: 'days' },
      },
    },
    // The environment of a function is no place for a secret: everybody who may read the function reads it.
    [secret]: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        Name: `starling/${provider.getStage()}/canary`,
        SecretString: sub(`{"clientId":"\${${client}}","clientSecret":"\${${client}.ClientSecret}"}`),
      },
    },
  };
}
