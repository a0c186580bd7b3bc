import { MAX_BATCH } from '#shared/events/put-answers.ts';
import { parseSpelled } from '#shared/exact-json.ts';
import { isObject } from '#shared/objects.ts';
import { UsageError } from '../errors.ts';

/** Characters of a batch. With four bytes each they still fit into the 4 MB that a mesh accepts by default. */
const MAX_BATCH_LENGTH = 1_000_000;

/**
 * Reads one event, a JSON array of events, or one event on each line. Numbers keep every digit.
 *
 * @param place the name of the input, for messages
 * @throws UsageError
 */
export function parseEvents(text: string, place: string): readonly object[] {
  const whole = tryParse(text);
  if (whole !== undefined) {
    const list = Array.isArray(whole.value) ? whole.value : [whole.value];
    return list.map((event: unknown, index) => eventOf(event, `event ${index + 1} of ${place}`));
  }
  const lines = text.split('\n').map((line, index) => ({ line, at: `line ${index + 1} of ${place}` }));
  const events = lines.filter(({ line }) => line.trim() !== '');
  if (events.length === 0) throw new UsageError(`There are no events in ${place}.`);
  return events.map(({ line, at }) => eventOf(parseValue(line, at), at));
}

/** @throws UsageError */
export function parseValue(text: string, place: string): unknown {
  const parsed = tryParse(text);
  if (parsed === undefined) throw new UsageError(`The text in ${place} is not JSON.`);
  return parsed.value;
}

/** Splits the events into batches that each fit into one request. */
export function* batchesOf(events: readonly object[]): Iterable<readonly object[]> {
  let batch: object[] = [];
  let batchLength = 0;
  for (const event of events) {
    const { length } = JSON.stringify(event);
    if (batch.length === MAX_BATCH || (batch.length > 0 && batchLength + length > MAX_BATCH_LENGTH)) {
      yield batch;
      batch = [];
      batchLength = 0;
    }
    batch.push(event);
    batchLength += length;
  }
  if (batch.length > 0) yield batch;
}

function tryParse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: parseSpelled(text) };
  } catch {
    return undefined;
  }
}

function eventOf(value: unknown, place: string): object {
  if (isObject(value)) return value;
  throw new UsageError(`The value in ${place} is not an event. An event is a JSON object.`);
}
