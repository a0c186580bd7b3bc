import type { QueueLedger } from '../ledger.ts';
import type { Archived } from './archive.ts';
import { orderProblem } from './order.ts';

/**
 * Whoever has a rule for them got the events that the archive has, and no others.
 *
 * @param witnessed ids of the events that the function with a subscription was given
 */
export function judgeEvents(
  archived: readonly Archived[],
  { seen, witnessed }: { readonly seen: QueueLedger; readonly witnessed: readonly string[] },
  problems: string[],
): void {
  const ids = new Map(archived.filter(({ group }) => group === undefined).map(({ id, key }) => [id, key]));
  const consumers = {
    'the queue of a rule': new Set(seen.received.map(({ key }) => key)),
    'the function that subscribes': new Set(witnessed),
  };
  for (const [name, given] of Object.entries(consumers)) {
    for (const [id, key] of ids) if (!given.has(id)) problems.push(`the event ${key} (${id}) never came to ${name}`);
    for (const id of given)
      if (!ids.has(id)) problems.push(`the event ${id} came to ${name}, and is not in the archive`);
  }
}

/**
 * The function with a FIFO queue got the events of each group in the order of the archive. One that comes again (the
 * process was killed before it was known to be done, or it failed) is followed by those behind it again.
 *
 * @param witnessed ids of the events that it was given, in the order in which it was
 */
export function judgeGroupedEvents(
  archived: readonly Archived[],
  witnessed: readonly string[],
  problems: string[],
): void {
  const groups = Map.groupBy(archived, ({ group }) => group);
  groups.delete(undefined);
  const groupOf = new Map(archived.map(({ id, group }) => [id, group]));
  const given = Map.groupBy(witnessed, (id) => groupOf.get(id));
  for (const [group, events] of groups) {
    const place = new Map(events.map(({ id }, index) => [id, index]));
    const places = (given.get(group) ?? []).map((id) => place.get(id) ?? -1);
    const problem = orderProblem(places, events.length);
    if (problem !== undefined) problems.push(`the function with a FIFO queue, ${group}: ${problem}`);
  }
  for (const id of given.get(undefined) ?? []) problems.push(`the event ${id} came to it, and is not in the archive`);
}
