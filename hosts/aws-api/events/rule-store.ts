import { readPatternText } from '#shared/patterns/json.ts';
import type { HostedQueues, HostedRules, MadeResources, Rule } from '#shared/ports/control-plane.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { queueOf } from '../identity.ts';
import { Mutex } from '../mutex.ts';

export interface Target {
  readonly id: string;
  readonly arn: string;
  /** Of a FIFO queue: the message group of the events. */
  readonly group?: string;
}

/** A rule that a client made, as it is kept. */
export interface MadeRule {
  readonly name: string;
  /** JSON. */
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
 * The rules that clients make. EventBridge's have up to five targets and a state, the bus's one queue: on the bus a rule
 * is one for each target while it is enabled. A client's rule is kept before it takes effect.
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

  /** Brings back the rules of the last start; their queues are there by then. */
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
   * Puts what `change` makes of the rule as it stands, one change after another; undefined takes the rule away.
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

  async #apply(rule: MadeRule): Promise<void> {
    const before = this.#rules.get(rule.name);
    if (before !== undefined) await this.#withdraw(before);
    this.#rules.set(rule.name, rule);
    if (!rule.enabled) return;
    // As its text has it: a repeated key counts otherwise than JSON.parse would have it.
    const pattern = readPatternText(rule.pattern) as object;
    for (const { id, arn, group } of rule.targets) {
      const queue = queueOf(arn);
      if (this.#queue.settings(queue)) {
        const fifo = group === undefined ? undefined : { group };
        await this.#bus.putRule({ name: busRuleName(rule.name, id), pattern, queue, ...(fifo && { fifo }) });
      } else {
        // Of a function that left serverless.yml. On the bus it would have every event that matches fail.
        this.#log.warn('a rule has a target that is there no more', { rule: rule.name, queue });
      }
    }
  }

  async #withdraw(rule: MadeRule): Promise<void> {
    this.#rules.delete(rule.name);
    for (const { id } of rule.targets) await this.#bus.deleteRule(busRuleName(rule.name, id));
  }
}

/** In no name of a rule or id of a target. */
const SEPARATOR = '/';

function busRuleName(rule: string, target: string): string {
  return `${rule}${SEPARATOR}${target}`;
}
