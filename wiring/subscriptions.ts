import { ownedQueues } from './names.ts';
import { InvalidSubscriptionError, parseSubscription } from './parse-subscription.ts';
import type { Subscription } from './subscription.ts';

/** Names that meet in one stage meet in each. */
const ANY_STAGE = '{stage}';

/**
 * The subscriptions of one service. Besides each for itself it checks what only shows when they are seen together.
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
   * @param raw the value of the event `subscription`, variables resolved
   * @param timeout the function's timeout in seconds
   * @throws InvalidSubscriptionError
   */
  add(functionName: string, raw: unknown, timeout: number): Subscription {
    const subscription = parseSubscription(raw, timeout);
    // The queue bears the function's name, so there is one. Two patterns are one pattern with `$or`.
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

  /** One of `orders` and one of `orders-dlq` may come to the same name: each would get the other's messages. */
  #claimQueues(functionName: string, subscription: Subscription): void {
    for (const queue of ownedQueues(ANY_STAGE, functionName, subscription)) {
      const other = this.#functionOfQueue.get(queue);
      if (other !== undefined) {
        throw new InvalidSubscriptionError(
          `The functions '${other}' and '${functionName}' would both have the queue ${queue}. Give one of them another name.`,
        );
      }
      this.#functionOfQueue.set(queue, functionName);
    }
  }

  /** The fold of standalone stands in for one function: a second one would never see its events. */
  #claimInline(functionName: string): void {
    const other = this.#inlineFunction;
    if (other !== undefined) {
      throw new InvalidSubscriptionError(
        `The function '${other}' has an inline subscription already, and a service has one. Remove 'inline' here or there.`,
        'inline',
      );
    }
    this.#inlineFunction = functionName;
  }

  /** Two functions of one agent would each answer every task. */
  #claim(agentId: string, functionName: string): void {
    const other = this.#functionOfAgent.get(agentId);
    if (other !== undefined) {
      throw new InvalidSubscriptionError(
        `The agent '${agentId}' is answered by the function '${other}' already. An agent is one function.`,
        'agent',
      );
    }
    this.#functionOfAgent.set(agentId, functionName);
  }
}
