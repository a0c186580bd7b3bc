import { readPatternText } from '#shared/patterns/json.ts';
import type { HostedQueues, HostedRules, MadeResources, Rule } from '#shared/ports/control-plane.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { queueOf } from '../identity.ts';
import { Mutex } from '../mutex.ts';

export interface Target {
  readonly id: string;
  readonly arn: string;
  /** The message group of the events. Only targets that are FIFO queues have it. */
  readonly group?: string;
}

/** A stored rule of a client. */
export interface MadeRule {
  readonly name: string;
  /** The pattern's JSON text. */
  readonly pattern: string;
  readonly enabled: boolean;
  readonly description?: string;
  readonly targets: readonly Target[];
}

export interface RuleStoreOptions {
  readonly bus: HostedRules;
  readonly made: MadeResources;
  readonly queue: Pick<HostedQueues, 'settings'>;
  readonly log: Logger;
}

/**
 * The rules that clients create. A rule of EventBridge has a state and up to five targets. A rule of the bus has one
 * queue. So the bus has one rule for each target of an enabled rule. A rule is stored before it takes effect.
 */
export class RuleStore {
  readonly #bus: HostedRules;
  readonly #made: MadeResources;
  readonly #queue: Pick<HostedQueues, 'settings'>;
  readonly #log: Logger;
  readonly #rules = new Map<string, MadeRule>();
  readonly #changes = new Mutex();

  constructor({ bus, made, queue, log }: RuleStoreOptions) {
    this.#bus = bus;
    this.#made = made;
    this.#queue = queue;
    this.#log = log;
  }

  /** Restores the rules of the last start. Call it after their queues exist. */
  async restore(): Promise<void> {
    for (const { definition } of await this.#made.all('rule')) await this.#apply(JSON.parse(definition) as MadeRule);
  }

  get(name: string): MadeRule | undefined {
    return this.#rules.get(name);
  }

  list(): readonly MadeRule[] {
    return [...this.#rules.values()];
  }

  /** The rules of serverless.yml. */
  wired(): readonly Rule[] {
    return this.#bus.rules().filter(({ name }) => !name.includes(SEPARATOR));
  }

  /**
   * Replaces the rule with the result of `change`. The result undefined removes the rule. Changes run one at a time.
   */
  change(name: string, change: (rule: MadeRule | undefined) => MadeRule | undefined): Promise<void> {
    return this.#changes.run(async () => {
      const before = this.#rules.get(name);
      const after = change(before);
      if (after !== undefined) {
        await this.#made.put('rule', { name, definition: JSON.stringify(after) });
        await this.#apply(after);
      } else if (before !== undefined) {
        await this.#made.delete('rule', name);
        await this.#withdraw(before);
      }
    });
  }

  /**
   * Runs `remove`, which removes a queue, while no rule delivers to that queue. The rules keep their targets, as on AWS:
   * events reach a target again when a client creates its queue again.
   */
  withoutQueue(queue: string, remove: () => Promise<void>): Promise<void> {
    return this.#changes.run(async () => {
      const rules = this.#targeting(queue);
      for (const { name, targets } of rules) {
        for (const { id, arn } of targets) {
          if (queueOf(arn) === queue) await this.#bus.deleteRule(busRuleName(name, id));
        }
      }
      try {
        await remove();
      } finally {
        for (const rule of rules) await this.#apply(rule);
      }
    });
  }

  /** Delivers to the queue what rules with such a target match. */
  queueCreated(queue: string): Promise<void> {
    return this.#changes.run(async () => {
      for (const rule of this.#targeting(queue)) await this.#apply(rule);
    });
  }

  #targeting(queue: string): readonly MadeRule[] {
    return this.list().filter(({ targets }) => targets.some(({ arn }) => queueOf(arn) === queue));
  }

  async #apply(rule: MadeRule): Promise<void> {
    const before = this.#rules.get(rule.name);
    if (before !== undefined) await this.#withdraw(before);
    this.#rules.set(rule.name, rule);
    if (!rule.enabled) return;
    // JSON.parse would drop repeated keys in the text of a pattern. They count on AWS.
    const pattern = readPatternText(rule.pattern) as object;
    for (const { id, arn, group } of rule.targets) {
      const queue = queueOf(arn);
      if (this.#queue.settings(queue)) {
        const fifo = group === undefined ? undefined : { group };
        await this.#bus.putRule({ name: busRuleName(rule.name, id), pattern, queue, ...(fifo && { fifo }) });
      } else {
        // A client deleted the queue, or its function is no longer in serverless.yml. With this rule on the bus, each
        // matching event would fail.
        this.#log.warn('A rule has a target whose queue does not exist. It gets no events.', {
          rule: rule.name,
          queue,
        });
      }
    }
  }

  async #withdraw(rule: MadeRule): Promise<void> {
    this.#rules.delete(rule.name);
    for (const { id } of rule.targets) await this.#bus.deleteRule(busRuleName(rule.name, id));
  }
}

/** No name of a rule and no id of a target contains this character. */
const SEPARATOR = '/';

function busRuleName(rule: string, target: string): string {
  return `${rule}${SEPARATOR}${target}`;
}
