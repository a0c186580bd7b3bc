import { ServiceError } from '../errors.ts';
import { arn, queueArn } from '../identity.ts';
import type { InputReader } from '../input-reader.ts';
import { pageOf, pageOptions } from '../pages.ts';
import type { Operation } from '../service.ts';
import type { BusNames } from './bus-names.ts';
import type { MadeRule, RuleStore } from './rule-store.ts';
import { compile } from './test-event-pattern.ts';
import { notFound, validation } from './validation-messages.ts';

/** AWS's quotas: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_RULES = 300;
const MAX_PATTERN = 4096;
/** The target id in rules of serverless.yml. Such a rule has one target. */
const WIRED_TARGET = 'queue';

/** PutRule, DeleteRule and ListRules, and the lookups of rules for the operations on targets. */
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
    if (input.has('ScheduleExpression')) {
      throw validation(
        'ScheduleExpression is supported only on the default event bus, which a standalone mesh has not.',
      );
    }
    const pattern = input.requiredString('EventPattern');
    if (pattern.length > MAX_PATTERN) throw validation(`EventPattern has more than ${MAX_PATTERN} characters.`);
    compile(pattern);
    const enabled = stateOf(input);
    const description = input.string('Description');
    await this.book.change(name, (rule) => {
      if (rule === undefined && this.book.list().length + this.book.wired().length >= MAX_RULES) {
        throw new ServiceError('LimitExceededException', `The event bus has ${MAX_RULES} rules.`);
      }
      const targets = rule?.targets ?? [];
      return { name, pattern, enabled, ...(description !== undefined && { description }), targets };
    });
    return { RuleArn: this.#arn(name) };
  };

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
    const Rules = items.map(({ name, pattern, enabled, description }) => ({
      Name: name,
      Arn: this.#arn(name),
      EventPattern: pattern,
      State: enabled ? 'ENABLED' : 'DISABLED',
      ...(description !== undefined && { Description: description }),
      EventBusName: this.#bus.name,
    }));
    return { Rules, ...(next !== undefined && { NextToken: next }) };
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

  #writableName(input: InputReader, member: string): string {
    const name = input.requiredString(member);
    if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(name)) {
      throw validation(`'${member}' must satisfy regular expression pattern: [.\\-_A-Za-z0-9]{1,64}`);
    }
    if (this.#wired().some((wired) => wired.name === name)) {
      throw new ServiceError(
        'ManagedRuleException',
        `The rule ${name} is made from serverless.yml, at each start: change it there.`,
      );
    }
    return name;
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
  if (state !== 'ENABLED' && state !== 'DISABLED')
    throw validation(`State must be ENABLED or DISABLED, not '${state}'.`);
  return state === 'ENABLED';
}
