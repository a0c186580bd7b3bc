import { CreateEventBusCommand, DeleteEventBusCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Rule, RuleControl } from '#shared/ports/control-plane.ts';
import type { EventBus } from '#shared/ports/event-bus.ts';

/** Makes a bus. `remove` deletes it; AWS wants its rules gone before. */
export async function createBus(client: EventBridgeClient, name: string): Promise<{ remove(): Promise<void> }> {
  await client.send(new CreateEventBusCommand({ Name: name }));
  return { remove: async () => void (await client.send(new DeleteEventBusCommand({ Name: name }))) };
}

/** A bus that remembers its rules, so that they can be deleted. */
export class RememberingBus implements EventBus, RuleControl {
  readonly #bus: EventBus & RuleControl;
  readonly #rules = new Set<string>();

  constructor(bus: EventBus & RuleControl) {
    this.#bus = bus;
  }

  put(entries: Parameters<EventBus['put']>[0]) {
    return this.#bus.put(entries);
  }

  putRule(rule: Rule): Promise<void> {
    this.#rules.add(rule.name);
    return this.#bus.putRule(rule);
  }

  deleteRule(name: string): Promise<void> {
    return this.#bus.deleteRule(name);
  }

  async deleteRules(): Promise<void> {
    await Promise.all([...this.#rules].map((name) => this.#bus.deleteRule(name)));
    this.#rules.clear();
  }
}
