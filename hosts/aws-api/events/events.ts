import type { EventIngress } from '#shared/events/ingress.ts';
import type { HostedQueues } from '#shared/ports/control-plane.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { pageOf, pageOptions } from '../pages.ts';
import { eventsInputs } from '../reference/events.ts';
import type { Service } from '../service.ts';
import { BusNames } from './bus-names.ts';
import { putEvents } from './put-events.ts';
import type { RuleStore } from './rule-store.ts';
import { Rules } from './rules.ts';
import { listTargetsByRule, putTargets, removeTargets } from './targets.ts';
import { testEventPattern } from './test-event-pattern.ts';
import { notFound, validation, validationMessages } from './validation-messages.ts';

export interface EventsOptions {
  /** The name of the bus. */
  readonly bus: string;
  readonly ingress: EventIngress;
  readonly rules: RuleStore;
  readonly queue: Pick<HostedQueues, 'settings'>;
  readonly log: Logger;
}

/** Amazon EventBridge: https://docs.aws.amazon.com/eventbridge/latest/APIReference/Welcome.html */
export function eventsService({
  bus: name,
  ingress,
  rules: book,
  queue,
  log,
}: EventsOptions): Service<typeof eventsInputs> {
  const bus = new BusNames(name);
  const rules = new Rules(book, bus);
  return {
    target: 'AWSEvents',
    signingName: 'events',
    contentType: 'application/x-amz-json-1.1',
    queryCompatible: false,
    throttled: 'ThrottlingException',
    validationMessages,
    inputs: eventsInputs,
    operations: {
      PutEvents: putEvents(ingress, bus, log),
      TestEventPattern: testEventPattern,
      PutRule: rules.put,
      DescribeRule: rules.describe,
      EnableRule: rules.enable,
      DisableRule: rules.disable,
      DeleteRule: rules.delete,
      ListRules: rules.list,
      PutTargets: putTargets(rules, queue),
      RemoveTargets: removeTargets(rules),
      ListTargetsByRule: listTargetsByRule(rules),
      ListEventBuses(input) {
        const prefix = input.string('NamePrefix') ?? '';
        const { items } = pageOf(
          [bus].filter((each) => each.name.startsWith(prefix)),
          {
            ...pageOptions(input),
            name: (each) => each.name,
            invalid: () => validation('Parameter NextToken is not valid.'),
          },
        );
        return { EventBuses: items.map((each) => ({ Name: each.name, Arn: each.arn })) };
      },
      DescribeEventBus(input) {
        const named = input.string('Name');
        if (!bus.is(named)) throw notFound(bus.missing(named));
        return { Name: bus.name, Arn: bus.arn };
      },
    },
  };
}
