import { MAX_BATCH } from '#shared/events/put-answers.ts';
import { isExactObject } from '#shared/exact-json.ts';
import { UsageError } from '../errors.ts';

/** Characters of a batch: well under what a mesh takes by default, also where each is four bytes. */
const MAX_BATCH_LENGTH = 1_000_000;

/**
 * Reads one event, a JSON array of events, or one on each line.
 *
 * @param place where they stand, for messages
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
  if (parsed === undefined) throw new UsageError(`What stands in ${place} is not JSON.`);
  return parsed.value;
}

/** The events as JSON arrays, each small enough for a request. */
export function* batchesOf(events: readonly object[]): Iterable<string> {
  let batch: string[] = [];
  let length = 0;
  for (const event of events) {
    const text = JSON.stringify(event);
    if (batch.length === MAX_BATCH || (batch.length > 0 && length + text.length > MAX_BATCH_LENGTH)) {
      yield `[${batch.join(',')}]`;
      batch = [];
      length = 0;
    }
    batch.push(text);
    length += text.length;
  }
  if (batch.length > 0) yield `[${batch.join(',')}]`;
}

/** Numbers come as objects that JSON.stringify writes as they were, to the last digit. */
function tryParse(text: string): { readonly value: unknown } | undefined {
  try {
    const exact = (_key: string, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' && context?.source !== undefined ? JSON.rawJSON(context.source) : value;
    return { value: JSON.parse(text, exact) };
  } catch {
    return undefined;
  }
}

function eventOf(value: unknown, place: string): object {
  if (!isExactObject(value)) {
    throw new UsageError(`What stands in ${place} is no event: an event is a JSON object.`);
  }
  return value;
}
