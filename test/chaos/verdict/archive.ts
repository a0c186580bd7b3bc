import type { A2AClient } from '../a2a-client.ts';
import type { Put } from '../ledger.ts';
import { GROUP_SOURCE, SOURCE } from '../loads/events.ts';
import { untilAnswered } from '../retry.ts';

/** Put last of all: behind it there is nothing to wait for. */
const END = 'chaos.end';

/** An event of the producers, as the archive has it. */
export interface Archived {
  /** The bus's. */
  readonly id: string;
  /** The producer's. */
  readonly key: string;
  /** Of an event for the FIFO queue. */
  readonly group: string | undefined;
}

/** All events of the test's producers, in the archive's order. */
export async function readArchive(client: A2AClient): Promise<readonly Archived[]> {
  const last = { specversion: '1.0', id: crypto.randomUUID(), source: END, type: 'End.v1' };
  await untilAnswered(() => client.putEvents('application/cloudevents+json', last));
  const events: Archived[] = [];
  for await (const text of client.archive({ source: [SOURCE, GROUP_SOURCE, END] })) {
    const { id, source, detail } = JSON.parse(text);
    if (source === END) return events;
    events.push({ id, key: detail.id, group: source === GROUP_SOURCE ? detail.group : undefined });
  }
  throw new Error('The archive ended before its last event.');
}

/**
 * The archive has each acknowledged event once, under the id that it was acknowledged by; what its producer put again, as
 * no answer came, at most as often as that; and none that nobody put.
 */
export function judgeArchive(archived: readonly Archived[], puts: readonly Put[], problems: string[]): void {
  const keys = new Map<string, string>();
  const times = new Map<string, number>();
  for (const { id, key } of archived) {
    if (keys.has(id)) problems.push(`the archive has two events ${id}`);
    keys.set(id, key);
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  for (const { key, id, tries } of puts) {
    if (id === undefined || keys.get(id) !== key) {
      problems.push(`the event ${key}, acknowledged as ${id}, is not in the archive`);
    }
    const count = times.get(key) ?? 0;
    if (count > tries.count) {
      problems.push(`the event ${key} was put ${tries.count} times, and is in the archive ${count} times`);
    }
    times.delete(key);
  }
  for (const key of times.keys()) problems.push(`the archive has an event that nobody put: ${key}`);
}
