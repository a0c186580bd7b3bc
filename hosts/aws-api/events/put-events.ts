import type { EventIngress, IngressResult } from '#shared/events/ingress.ts';
import { EntryRefusedError } from '#shared/ports/errors.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { limits } from '../reference/limits.ts';
import type { Operation } from '../service.ts';
import type { BusNames } from './bus-names.ts';
import { busEntry, type EntryRefusal, readEntry, sizeOf } from './entries.ts';
import { validation } from './validation-messages.ts';

const { callBytes } = limits.events;
/** Characters of a reason in the log. The reason may repeat text of the client, which may be long. */
const MAX_REASON = 200;

/** PutEvents. When an entry is refused, the other entries are not affected. */
export function putEvents(ingress: EventIngress, bus: BusNames, log: Pick<Logger, 'warn'>): Operation {
  return async (input) => {
    const entries = input.structures('Entries').map(readEntry);
    if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > callBytes) {
      throw validation(`Total size of the entries in the request is over the limit of ${callBytes} bytes.`);
    }
    const read = entries.map((entry) => busEntry(entry, bus));
    const taken = read.filter((entry): entry is BusEntry => !('ErrorCode' in entry));
    const results = (await ingress.put(taken)).values();
    const Entries = read.map((entry) => ('ErrorCode' in entry ? entry : resultEntry(results.next().value)));
    const refused = Entries.filter((entry): entry is EntryRefusal => 'ErrorCode' in entry);
    const [first] = refused;
    if (first !== undefined) {
      // SDKs throw no error for refused entries, and many producers do not check the result.
      const reason = first.ErrorMessage.slice(0, MAX_REASON);
      log.warn('The bus refused entries of PutEvents.', { entries: refused.length, code: first.ErrorCode, reason });
    }
    return { FailedEntryCount: refused.length, Entries };
  };
}

function resultEntry(result: IngressResult | undefined): { EventId: string } | EntryRefusal {
  if (result === undefined) throw new Error('the bus left out the result of an entry');
  if ('eventId' in result) return { EventId: result.eventId };
  if (!(result.error instanceof EntryRefusedError)) throw result.error;
  return { ErrorCode: 'InvalidArgument', ErrorMessage: result.error.message };
}
