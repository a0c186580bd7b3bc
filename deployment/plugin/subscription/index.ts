import { messageOf } from '#shared/errors.ts';
import { defaultTimeout } from '#wiring/defaults.ts';
import { fifoQueueName } from '#wiring/names.ts';
import { Subscriptions } from '#wiring/subscriptions.ts';
import { addResources, type FunctionDefinition, type Hooks, type Serverless } from '../osls.ts';
import type { ResourceMap } from '../template.ts';
import { logicalIds } from './ids.ts';
import { queueEvent, subscriptionResources } from './resources.ts';

/**
 * The event type `subscription` of `serverless.yml`: a function is woken by events from the bus, through a queue of
 * its own. It becomes rule, queue, dead-letter queue, queue policy and event source mapping; with `fifo` also the pipe
 * that gives each event its message group.
 *
 * ```yaml
 * plugins:
 *   - ./deployment/plugin/subscription/index.ts
 * functions:
 *   calculator:
 *     handler: agents/calculator/handler.handler
 *     events:
 *       - subscription: { agent: calculator }
 * ```
 *
 * `custom.subscription.eventBus` names the bus for CloudFormation, such as `!Ref EventBus`; by default it is
 * `starling-{stage}`. A function's own key `isolation: thread` says that standalone runs it in a worker.
 */
export default class SubscriptionPlugin {
  readonly hooks: Hooks;
  readonly #serverless: Serverless;
  readonly #resources: ResourceMap = {};

  constructor(serverless: Serverless) {
    this.#serverless = serverless;
    const schema = serverless.configSchemaHandler;
    // The shape is checked by the code that standalone uses too, so that both say the same.
    schema.defineFunctionEvent('aws', 'subscription', { type: 'object' });
    schema.defineFunctionProperties('aws', { properties: { isolation: { enum: ['thread'] } } });
    schema.defineCustomProperties({
      properties: {
        subscription: { type: 'object', properties: { eventBus: {} }, additionalProperties: false },
      },
    });
    this.hooks = {
      // Before anything is bundled: a mistake in the file should show in a second.
      'before:package:initialize': () => this.#expand(),
      'package:compileEvents': () => addResources(serverless, this.#resources),
    };
  }

  #expand(): void {
    const subscriptions = new Subscriptions();
    for (const [functionName, definition] of Object.entries(this.#serverless.service.functions)) {
      // A copy, as expanding adds events.
      for (const event of [...definition.events]) {
        if (event.subscription === undefined) continue;
        try {
          this.#expandOne(functionName, definition, event.subscription, subscriptions);
        } catch (error) {
          throw new this.#serverless.classes.Error(
            `functions.${functionName}.events.subscription: ${messageOf(error)}`,
            'INVALID_SUBSCRIPTION',
          );
        }
      }
    }
  }

  #expandOne(functionName: string, definition: FunctionDefinition, raw: unknown, subscriptions: Subscriptions): void {
    const { service } = this.#serverless;
    const provider = this.#serverless.getProvider('aws');
    const timeout = definition.timeout ?? service.provider.timeout ?? defaultTimeout;
    const subscription = subscriptions.add(functionName, raw, timeout);
    const ids = logicalIds(provider.naming.getNormalizedFunctionName(functionName));
    const custom = service.custom?.subscription as { readonly eventBus?: unknown } | undefined;
    const where = { stage: provider.getStage(), functionName, ids, eventBus: custom?.eventBus };
    Object.assign(this.#resources, subscriptionResources(subscription, where));
    definition.events.push(queueEvent(subscription, ids));
    const { maxReceiveCount, fifo } = subscription;
    // By them the function knows when a delivery is the last, and which messages the pipe wrapped.
    definition.environment = {
      ...definition.environment,
      STARLING_MAX_RECEIVE_COUNT: String(maxReceiveCount),
      ...(fifo && { STARLING_FIFO_QUEUE: fifoQueueName(where.stage, functionName) }),
    };
  }
}
