import { messageOf } from '#shared/errors.ts';
import { addResources, agentOf, eventOf, type FunctionDefinition, type Hooks, type Serverless } from '../osls.ts';
import { logicalIds } from '../subscription/ids.ts';
import type { Resource, ResourceMap } from '../template.ts';
import { parseAccess, type Statement } from './access.ts';
import {
  accessStatements,
  agentStatements,
  basicStatements,
  queueStatements,
  streamStatements,
  wholeEventStatements,
} from './statements.ts';

/**
 * A role of its own for every function, which may do what the function's events and its `access` take and no more:
 *
 * ```yaml
 * functions:
 *   sweeper:
 *     handler: services/tasks/sweeper.handler
 *     access: { tasks: write, bus: [starling.tasks] }
 * ```
 *
 * Tables are had by `read`, `write` or `add`, or a list of these; `bus` lists the sources under which it may put events,
 * `foreignEvents: put` lets it put those of producers; `events: read` shows those that passed; `statements` are IAM's own, for what is not the mesh's. What an agent needs follows from its
 * subscription.
 */
export default class AccessPlugin {
  readonly hooks: Hooks;
  readonly #serverless: Serverless;
  readonly #roles: ResourceMap = {};

  constructor(serverless: Serverless) {
    this.#serverless = serverless;
    // What stands in it is checked by parseAccess, which can say what to write instead.
    serverless.configSchemaHandler.defineFunctionProperties('aws', { properties: { access: { type: 'object' } } });
    this.hooks = {
      'before:package:initialize': () => this.#giveRoles(),
      'package:compileEvents': () => addResources(serverless, this.#roles),
    };
  }

  #giveRoles(): void {
    const provider = this.#serverless.getProvider('aws');
    const { naming } = provider;
    const stage = provider.getStage();
    for (const [name, definition] of Object.entries(this.#serverless.service.functions)) {
      const id = `${naming.getNormalizedFunctionName(name)}Role`;
      try {
        this.#roles[id] = role([
          ...basicStatements(naming.getLogGroupLogicalId(name)),
          ...ofEvents(definition, naming.getNormalizedFunctionName(name)),
          ...accessStatements(parseAccess(definition.access), stage),
        ]);
      } catch (error) {
        throw new this.#serverless.classes.Error(`functions.${name}.access: ${messageOf(error)}`, 'INVALID_ACCESS');
      }
      definition.role = id;
    }
  }
}

function ofEvents(definition: FunctionDefinition, prefix: string): Statement[] {
  const agentId = agentOf(definition);
  const stream = eventOf(definition, 'stream') as StreamEvent | undefined;
  const subscribes = eventOf(definition, 'subscription') !== undefined;
  return [
    ...(subscribes ? queueStatements(logicalIds(prefix).queue) : []),
    ...(stream === undefined ? [] : streamStatements(stream.arn, stream.destinations?.onFailure?.arn)),
    ...(agentId === undefined ? [] : agentStatements(agentId)),
    ...(agentId === undefined && (subscribes || stream !== undefined) ? wholeEventStatements() : []),
  ];
}

interface StreamEvent {
  readonly arn: unknown;
  readonly destinations?: { readonly onFailure?: { readonly arn: unknown } };
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
