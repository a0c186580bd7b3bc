import { ServiceError } from '../errors.ts';
import { ACCOUNT, arn, queueArn } from '../identity.ts';
import type { InputReader } from '../input-reader.ts';
import { pageOf, pageOptions } from '../pages.ts';
import { limits } from '../reference/limits.ts';
import type { Operation } from '../service.ts';
import type { BusNames } from './bus-names.ts';
import type { MadeRule, RuleStore } from './rule-store.ts';
import { compile } from './test-event-pattern.ts';
import { notFound, validation } from './validation-messages.ts';

const { rulesPerBus } = limits.events;
/** The target id in rules of serverless.yml. Such a rule has one target. */
const WIRED_TARGET = 'queue';
/** `ManagedBy` of rules of serverless.yml. On AWS it is the service that manages the rule. */
const MANAGER = 'serverless.yml';

/** The operations on rules, and the lookups of rules for the operations on targets. */
export class Rules {
  readonly book: RuleStore;
  readonly #bus: BusNames;

  constructor(book: RuleStore, bus: BusNames) {
    this.book = book;
    this.#bus = bus;
  }

  readonly put: Operation = async (input) => {
    this.#bus.check(input, 'EventBusName');
    const name = this.#writableName(input, 'Name');
    const pattern = input.string('EventPattern');
    if (pattern === undefined) throw validation('Parameter(s) EventPattern must be specified.');
    compile(pattern);
    const enabled = stateOf(input);
    const description = input.string('Description');
    await this.book.change(name, (rule) => {
      if (rule === undefined && this.book.list().length + this.book.wired().length >= rulesPerBus) {
        throw new ServiceError(
          'LimitExceededException',
          `An event bus has at most ${rulesPerBus} rules. Delete a rule first.`,
        );
      }
      const targets = rule?.targets ?? [];
      return { name, pattern, enabled, ...(description !== undefined && { description }), targets };
    });
    return { RuleArn: this.#arn(name) };
  };

  readonly describe: Operation = (input) => {
    const rule = this.find(input, 'Name');
    return { ...this.#described(rule), CreatedBy: ACCOUNT };
  };

  readonly enable: Operation = (input) => this.#setEnabled(input, true);

  readonly disable: Operation = (input) => this.#setEnabled(input, false);

  readonly delete: Operation = async (input) => {
    this.#bus.check(input, 'EventBusName');
    const name = this.#writableName(input, 'Name');
    await this.book.change(name, (rule) => {
      if (rule !== undefined && rule.targets.length > 0) {
        throw validation("Rule can't be deleted since it has targets.");
      }
      return undefined;
    });
    return {};
  };

  readonly list: Operation = (input) => {
    this.#bus.check(input, 'EventBusName');
    const prefix = input.string('NamePrefix') ?? '';
    const { items, next } = pageOf(
      [...this.#wired(), ...this.book.list()].filter(({ name }) => name.startsWith(prefix)),
      {
        ...pageOptions(input),
        name: ({ name }) => name,
        invalid: () => validation('Parameter NextToken is not valid.'),
      },
    );
    return { Rules: items.map((rule) => this.#described(rule)), ...(next !== undefined && { NextToken: next }) };
  };

  /** Finds a rule by its name, also a rule of serverless.yml. @throws ServiceError */
  find(input: InputReader, member: string): MadeRule {
    this.#bus.check(input, 'EventBusName');
    const name = input.requiredString(member);
    const rule = this.book.get(name) ?? this.#wired().find((wired) => wired.name === name);
    if (rule === undefined) throw this.missing(name);
    return rule;
  }

  /** The name of a rule that clients may change. @throws ServiceError */
  writable(input: InputReader, member: string): string {
    this.#bus.check(input, 'EventBusName');
    return this.#writableName(input, member);
  }

  missing(name: string): ServiceError {
    return notFound(`Rule ${name} does not exist on EventBus ${this.#bus.name}.`);
  }

  async #setEnabled(input: InputReader, enabled: boolean): Promise<object> {
    const name = this.writable(input, 'Name');
    await this.book.change(name, (rule) => {
      if (rule === undefined) throw this.missing(name);
      return { ...rule, enabled };
    });
    return {};
  }

  #described({ name, pattern, enabled, description }: MadeRule): object {
    return {
      Name: name,
      Arn: this.#arn(name),
      EventPattern: pattern,
      State: enabled ? 'ENABLED' : 'DISABLED',
      ...(description !== undefined && { Description: description }),
      ...(this.#isWired(name) && { ManagedBy: MANAGER }),
      EventBusName: this.#bus.name,
    };
  }

  #writableName(input: InputReader, member: string): string {
    const name = input.requiredString(member);
    if (this.#isWired(name)) {
      throw new ServiceError(
        'ManagedRuleException',
        `serverless.yml defines the rule ${name}. Change it there and restart the mesh.`,
      );
    }
    return name;
  }

  #isWired(name: string): boolean {
    return this.book.wired().some((wired) => wired.name === name);
  }

  #wired(): readonly MadeRule[] {
    return this.book.wired().map(({ name, pattern, queue, fifo }) => ({
      name,
      pattern: JSON.stringify(pattern),
      enabled: true,
      targets: [{ id: WIRED_TARGET, arn: queueArn(queue), ...(fifo && 'group' in fifo && { group: fifo.group }) }],
    }));
  }

  #arn(name: string): string {
    return arn('events', `rule/${this.#bus.name}/${name}`);
  }
}

function stateOf(input: InputReader): boolean {
  const state = input.string('State') ?? 'ENABLED';
  if (state === 'ENABLED' || state === 'DISABLED') return state === 'ENABLED';
  throw validation(`Parameter State is not valid. Reason: a standalone mesh supports ENABLED and DISABLED.`);
}
