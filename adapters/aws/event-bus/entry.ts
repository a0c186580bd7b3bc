import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { messageOf } from '#shared/errors.ts';
import { isObject } from '#shared/objects.ts';
import { EntryRefusedError } from '#shared/ports/errors.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { ClaimCheck } from '../claim-check/claim-check.ts';

/** Bytes. The data of a larger entry goes to the blob store. AWS bills each 64 KB as an event. */
export const MAX_ENTRY_BYTES = 204_800;

/** An entry in the form that PutEvents takes. */
export interface RequestEntry extends PutEventsRequestEntry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
}

/**
 * Makes an entry ready to send. If the entry is too large, its data goes to the blob store.
 *
 * @throws EntryRefusedError for an entry that EventBridge would refuse
 */
export async function requestEntry(bus: string, entry: BusEntry, claims: ClaimCheck): Promise<RequestEntry> {
  checkEntry(entry);
  const { source, detailType, time, resources = [] } = entry;
  const whole: RequestEntry = {
    EventBusName: bus,
    Source: source,
    DetailType: detailType,
    Detail: entry.detailText ?? textOf(entry.detail),
    Resources: [...resources],
    ...(time !== undefined && { Time: new Date(time) }),
  };
  const size = entrySize(whole);
  if (size <= MAX_ENTRY_BYTES) return whole;
  const room = MAX_ENTRY_BYTES - (size - Buffer.byteLength(whole.Detail));
  const Detail = await checkIn(claims, source, whole.Detail, room);
  if (Buffer.byteLength(Detail) > room) throw new EntryRefusedError('its resources are too large');
  return { ...whole, Detail };
}

/**
 * Bytes, as AWS counts them:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size
 */
export function entrySize({ Source, DetailType, Detail, Resources = [], Time }: RequestEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}

async function checkIn(claims: ClaimCheck, source: string, detail: string, limit: number): Promise<string> {
  try {
    return await claims.checkIn(source, detail, limit);
  } catch (error) {
    if (error instanceof SyntaxError) throw new EntryRefusedError('its detail is not JSON', { cause: error });
    if (error instanceof RangeError) throw new EntryRefusedError('its detail is nested too deep', { cause: error });
    throw error;
  }
}

/**
 * Checks the limits of an entry of EventBridge,
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
 */
function checkEntry({ source, detailType, detail }: BusEntry): void {
  if (source === '') throw new EntryRefusedError('its source is empty');
  if (detailType === '') throw new EntryRefusedError('its detail-type is empty');
  if (!isObject(detail)) {
    throw new EntryRefusedError('its detail is not a JSON object');
  }
}

function textOf(detail: object): string {
  try {
    return JSON.stringify(detail);
  } catch (error) {
    throw new EntryRefusedError(`its detail cannot be written as JSON (${messageOf(error)})`, { cause: error });
  }
}
