import { messageOf } from '#shared/errors.ts';
import { addResources, agentOf, eventOf, type FunctionDefinition, type Serverless } from '../osls.ts';
import type { Step } from '../step.ts';
import { logicalIds } from '../subscription/ids.ts';
import type { Resource, ResourceMap } from '../template.ts';
import { parseAccess, type Statement } from './access.ts';
import {
  accessStatements,
  agentStatements,
  basicStatements,
  queueStatements,
  type StreamSource,
  streamStatements,
  wholeEventStatements,
} from './statements.ts';

/**
 * A role for every function. The role allows what the function's events and its `access` need, and nothing else:
 *
 * ```yaml
 * functions:
 *   sweeper:
 *     handler: services/tasks/sweeper.handler
 *     access: { tasks: write, bus: [starling.tasks] }
 * ```
 *
 * - A table takes `read`, `write` or `add`, or a list of these.
 * - `bus` lists the sources under which the function may put events.
 * - `foreignEvents: put` lets it put events of producers.
 * - `events: read` lets it read the log of all events.
 * - `statements` are statements of IAM, for resources outside the mesh.
 *
 * An agent needs no `access`: its rights follow from its subscription.
 */
export const access: Step = (serverless) => {
  // parseAccess checks the value. Its errors say what to write instead.
  serverless.configSchemaHandler.defineFunctionProperties('aws', { properties: { access: { type: 'object' } } });
  const roles: ResourceMap = {};
  return {
    prepare() {
      for (const [name, definition] of Object.entries(serverless.service.functions)) {
        const id = `${serverless.getProvider('aws').naming.getNormalizedFunctionName(name)}Role`;
        roles[id] = roleOf(serverless, name, definition);
        definition.role = id;
      }
    },
    compile: () => addResources(serverless, roles),
  };
};

function roleOf(serverless: Serverless, name: string, definition: FunctionDefinition): Resource {
  const provider = serverless.getProvider('aws');
  const { naming } = provider;
  try {
    return role([
      ...basicStatements(naming.getLogGroupLogicalId(name)),
      ...ofEvents(definition, naming.getNormalizedFunctionName(name)),
      ...accessStatements(parseAccess(definition.access), provider.getStage()),
    ]);
  } catch (error) {
    throw new serverless.classes.Error(`functions.${name}.access: ${messageOf(error)}`, 'INVALID_ACCESS');
  }
}

function ofEvents(definition: FunctionDefinition, prefix: string): Statement[] {
  const agentId = agentOf(definition);
  const stream = eventOf(definition, 'stream') as StreamSource | undefined;
  const subscribes = eventOf(definition, 'subscription') !== undefined;
  return [
    ...(subscribes ? queueStatements(logicalIds(prefix).queue) : []),
    ...(stream === undefined ? [] : streamStatements(stream)),
    ...(agentId === undefined ? [] : agentStatements(agentId)),
    ...(agentId === undefined && (subscribes || stream !== undefined) ? wholeEventStatements() : []),
  ];
}

function role(statements: readonly Statement[]): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: [{ PolicyName: 'access', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
    },
  };
}
