import { ownedQueues } from './names.ts';
import { InvalidSubscriptionError, parseSubscription } from './parse-subscription.ts';
import type { Subscription } from './subscription.ts';

/** Two names that are equal in one stage are equal in every stage. */
const ANY_STAGE = '{stage}';

/**
 * The subscriptions of one service. It checks each subscription, and the conflicts between them.
 *
 * @example
 * const subscriptions = new Subscriptions();
 * subscriptions.add('calculator', { agent: 'calculator' }, 10);
 */
export class Subscriptions {
  readonly #functionOfAgent = new Map<string, string>();
  readonly #functions = new Set<string>();
  readonly #functionOfQueue = new Map<string, string>();
  #inlineFunction: string | undefined;

  /**
   * @param raw the value of the event `subscription` with its variables resolved
   * @param timeout the function's timeout in seconds
   * @throws InvalidSubscriptionError
   */
  add(functionName: string, raw: unknown, timeout: number): Subscription {
    const subscription = parseSubscription(raw, timeout);
    // The queue has the function's name, so a function has one queue. `$or` joins two patterns into one.
    if (this.#functions.has(functionName)) {
      throw new InvalidSubscriptionError(
        `The function '${functionName}' has a subscription already. Join the patterns with $or, or write a second function.`,
      );
    }
    this.#functions.add(functionName);
    this.#claimQueues(functionName, subscription);
    if (subscription.kind === 'agent') this.#claim(subscription.agentId, functionName);
    else if (subscription.inline) this.#claimInline(functionName);
    return subscription;
  }

  /** A queue of the function `orders` can have the name of a queue of `orders-dlq`. Each would get the other's messages. */
  #claimQueues(functionName: string, subscription: Subscription): void {
    for (const queue of ownedQueues(ANY_STAGE, functionName, subscription)) {
      const other = this.#functionOfQueue.get(queue);
      if (other !== undefined) {
        throw new InvalidSubscriptionError(
          `The functions '${other}' and '${functionName}' would share the queue ${queue}. Rename one of the functions.`,
        );
      }
      this.#functionOfQueue.set(queue, functionName);
    }
  }

  /** Standalone's inline fold replaces one function. A second inline function would never see its events. */
  #claimInline(functionName: string): void {
    const other = this.#inlineFunction;
    if (other !== undefined) {
      throw new InvalidSubscriptionError(
        `The function '${other}' has an inline subscription already. A service can have only one: remove 'inline' from one of the two.`,
        'inline',
      );
    }
    this.#inlineFunction = functionName;
  }

  /** With two functions for one agent, each would answer every task. */
  #claim(agentId: string, functionName: string): void {
    const other = this.#functionOfAgent.get(agentId);
    if (other !== undefined) {
      throw new InvalidSubscriptionError(
        `The function '${other}' is the agent '${agentId}' already. An agent has exactly one function.`,
        'agent',
      );
    }
    this.#functionOfAgent.set(agentId, functionName);
  }
}
