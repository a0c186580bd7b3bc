import { ConfigurationError } from '#shared/errors.ts';
import { type GroupReader, groupReader } from '#shared/events/message-group.ts';
import type { Rule, RuleGroup } from '#shared/ports/control-plane.ts';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import { isFifo, isFifoId } from '#shared/ports/fifo.ts';

/** A rule, prepared once for all events. */
export interface Route {
  readonly rule: Rule;
  readonly queue: string;
  /** Undefined: the queue is a standard queue. */
  readonly group: ((event: BusEvent) => Grouping) | undefined;
  /** Undefined: all events belong to the common tenant. */
  readonly tenant: GroupReader | undefined;
}

/** The message group of an event. An event without a group goes to the queue of undelivered events. */
export type Grouping =
  | { readonly groupId: string; readonly undelivered?: undefined }
  | { readonly groupId?: undefined; readonly undelivered: string };

/** @throws ConfigurationError if the rule does not fit the kind of the queue. Otherwise each event would fail. */
export function routeOf(rule: Rule): Route {
  const { name, queue, fifo, tenantBy } = rule;
  if (isFifo(queue) !== (fifo !== undefined)) {
    throw new ConfigurationError(
      fifo === undefined
        ? `The rule ${name} needs a message group, because ${queue} is a FIFO queue.`
        : `The rule ${name} cannot have a message group, because ${queue} is a standard queue.`,
    );
  }
  const tenant = tenantBy === undefined ? undefined : groupReader(tenantBy);
  return { rule, queue, group: fifo && grouping(name, fifo), tenant };
}

function grouping(rule: string, fifo: RuleGroup): (event: BusEvent) => Grouping {
  if ('group' in fifo) {
    const { group: groupId } = fifo;
    if (!isFifoId(groupId)) {
      throw new ConfigurationError(
        `The message group ${JSON.stringify(groupId)} of the rule ${rule} must be 1 to 128 ASCII letters, digits and punctuation characters.`,
      );
    }
    return () => ({ groupId });
  }
  const { groupBy, undelivered } = fifo;
  const read = groupReader(groupBy);
  return (event) => {
    const groupId = read(event);
    return groupId === undefined ? { undelivered } : { groupId };
  };
}
