import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface WitnessedRecord {
  readonly shard: string;
  readonly sequenceNumber: string;
  readonly text: string;
}

/** The ids of the events that a function was given, in the order in which it was, also in lives that were killed. */
export function witnessedEvents(folder: string, name: 'events' | 'groups'): readonly string[] {
  return readLines<{ eventId: string }>(folder, `${name}.jsonl`).map(({ eventId }) => eventId);
}

/** The records that the consumer of the stream was given, in the order in which it was. */
export function witnessedRecords(folder: string): readonly WitnessedRecord[] {
  return readLines<WitnessedRecord>(folder, 'records.jsonl');
}

function readLines<Line>(folder: string, name: string): Line[] {
  const file = path.join(folder, name);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line) => parse<Line>(line));
}

/** What a kill has cut off was not handled: it is given again. */
function parse<Line>(line: string): Line[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as Line];
  } catch {
    return [];
  }
}
