import { messageOf } from '#shared/errors.ts';
import { busName, fifoQueueName } from '#wiring/names.ts';
import { resultWarning } from '#wiring/result-pattern.ts';
import { Subscriptions } from '#wiring/subscriptions.ts';
import { DEFAULT_TIMEOUT_SECONDS } from '#wiring/types.ts';
import { addResources, agentOf, eventOf, type FunctionDefinition, type PluginLog, type Serverless } from '../osls.ts';
import type { Step } from '../step.ts';
import type { ResourceMap } from '../template.ts';
import { logicalIds, type SubscriptionContext } from './ids.ts';
import { policiesOfQueues } from './queues.ts';
import { queueEvent, queuesOfRule, subscriptionResources } from './resources.ts';

/**
 * The event type `subscription` of `serverless.yml`: a function is woken by events from the bus, through a queue of
 * its own. It becomes rule, queue, dead-letter queue and event source mapping; with `fifo` also the pipe that gives each event its
 * message group. Two policies let the rules of the bus send to the queues of all
 * subscriptions.
 *
 * ```yaml
 * functions:
 *   calculator:
 *     handler: agents/calculator/handler.handler
 *     events:
 *       - subscription: { agent: calculator }
 * ```
 *
 * `custom.subscription.eventBus` names the bus for CloudFormation, such as `!Ref EventBus`; by default it is
 * `starling-{stage}`. Two keys of a function speak to standalone only: `isolation: thread` runs it in a worker
 * thread, and `wakeAtDeadlines: true` invokes it at each task's deadline. So does the option `inline: true` of a
 * subscription: standalone folds its events in the publisher's transaction.
 */
export const subscription: Step = (serverless, log) => {
  const schema = serverless.configSchemaHandler;
  // parseSubscription checks the shape, for standalone too, so both runtimes report the same error.
  schema.defineFunctionEvent('aws', 'subscription', { type: 'object' });
  schema.defineFunctionProperties('aws', {
    properties: { isolation: { enum: ['thread'] }, wakeAtDeadlines: { type: 'boolean' } },
  });
  schema.defineCustomProperties({
    properties: {
      subscription: { type: 'object', properties: { eventBus: {} }, additionalProperties: false },
    },
  });
  let resources: ResourceMap = {};
  return {
    prepare() {
      resources = expand(serverless, log);
    },
    compile: () => addResources(serverless, resources),
    finish: () => putProjectorFirst(serverless),
  };
};

function expand(serverless: Serverless, log: PluginLog): ResourceMap {
  const subscriptions = new Subscriptions();
  const resources: ResourceMap = {};
  const queues = { agents: [] as string[], others: [] as string[] };
  const stage = serverless.getProvider('aws').getStage();
  const custom = serverless.service.custom?.subscription as { readonly eventBus?: unknown } | undefined;
  const eventBus = custom?.eventBus ?? busName(stage);
  for (const [functionName, definition] of Object.entries(serverless.service.functions)) {
    // A copy of the list, because expandOne adds events to it.
    for (const event of [...definition.events]) {
      if (event.subscription === undefined) continue;
      try {
        const raw = event.subscription;
        const where = { stage, functionName, eventBus };
        const expanded = expandOne(serverless, where, definition, { raw, subscriptions, log });
        Object.assign(resources, expanded.resources);
        const [entry, lost] = expanded.queues;
        (expanded.isAgent ? queues.agents : queues.others).push(entry);
        queues.others.push(lost);
      } catch (error) {
        throw new serverless.classes.Error(
          `functions.${functionName}.events.subscription: ${messageOf(error)}`,
          'INVALID_SUBSCRIPTION',
        );
      }
    }
  }
  return { ...resources, ...policiesOfQueues(queues, stage, eventBus) };
}

/**
 * A deployment replaces the code of the functions that fold agents' events before the code of the agents. An older fold
 * would overlook the artifacts in the final events of newer agents.
 */
function putProjectorFirst(serverless: Serverless): void {
  const { service } = serverless;
  const { naming } = serverless.getProvider('aws');
  const { Resources } = service.provider.compiledCloudFormationTemplate;
  const functions = Object.entries(service.functions);
  const folding = functions
    .filter(([, definition]) => folds(definition))
    .map(([name]) => naming.getLambdaLogicalId(name));
  for (const [name, definition] of functions) {
    const resource = Resources[naming.getLambdaLogicalId(name)];
    if (agentOf(definition) === undefined || resource === undefined) continue;
    resource.DependsOn = [...[resource.DependsOn ?? []].flat(), ...folding];
  }
}

/** The projector, and the consumer of the stream of artifacts: both take events and write tasks. */
function folds(definition: FunctionDefinition): boolean {
  const { tasks } = (definition.access ?? {}) as { readonly tasks?: string };
  const takesEvents = eventOf(definition, 'subscription') !== undefined || eventOf(definition, 'stream') !== undefined;
  return tasks === 'write' && takesEvents && agentOf(definition) === undefined;
}

interface Expansion {
  readonly raw: unknown;
  readonly subscriptions: Subscriptions;
  readonly log: PluginLog;
}

interface Expanded {
  readonly resources: ResourceMap;
  /** The queues to which the rule sends. */
  readonly queues: ReturnType<typeof queuesOfRule>;
  readonly isAgent: boolean;
}

function expandOne(
  serverless: Serverless,
  { functionName, ...place }: Omit<SubscriptionContext, 'ids'>,
  definition: FunctionDefinition,
  { raw, subscriptions, log }: Expansion,
): Expanded {
  const { service } = serverless;
  const provider = serverless.getProvider('aws');
  const timeout = definition.timeout ?? service.provider.timeout ?? DEFAULT_TIMEOUT_SECONDS;
  const subscription = subscriptions.add(functionName, raw, timeout);
  const warning = resultWarning(functionName, subscription);
  if (warning !== undefined) log.warning(warning);
  const ids = logicalIds(provider.naming.getNormalizedFunctionName(functionName));
  definition.events.push(queueEvent(subscription, ids));
  const { maxReceiveCount, fifo } = subscription;
  // The function needs both: to know the last delivery of a message, and to unwrap the messages of the pipe.
  definition.environment = {
    ...definition.environment,
    STARLING_MAX_RECEIVE_COUNT: String(maxReceiveCount),
    ...(fifo && { STARLING_FIFO_QUEUE: fifoQueueName(place.stage, functionName) }),
  };
  return {
    resources: subscriptionResources(subscription, { functionName, ids, ...place }),
    queues: queuesOfRule(subscription, ids),
    isAgent: subscription.kind === 'agent',
  };
}
