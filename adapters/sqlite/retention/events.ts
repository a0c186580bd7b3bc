import type { Database } from '../database.ts';
import { MessageBodies } from './message-bodies.ts';
import type { Work } from './step.ts';
import { TimedRows } from './timed-rows.ts';

/**
 * The oldest events of the archive. They are deleted in the order of their positions, without a gap. A message or a
 * task log that still needs the text of an event has got its own copy before.
 */
export class EventPruner {
  readonly rows: TimedRows;
  readonly #bodies: readonly MessageBodies[];

  constructor(database: Database) {
    this.rows = new TimedRows(database, {
      table: 'events',
      key: 'position',
      // The column `time` is the time that the producer gives. The id of the event tells the arrival.
      time: 'substr(event, 1, 64)',
      timeOf: arrivalOf,
      size: 'octet_length(event)',
      keepsNewest: true,
    });
    this.#bodies = [
      new MessageBodies(database, { table: 'messages', id: 'id' }),
      new MessageBodies(database, { table: 'fifo_messages', id: 'sequence' }),
    ];
  }

  /** The position up to which all events are older than `time`. It is below the first position if no event is. */
  positionBefore(time: number): number {
    return this.rows.lastBefore(time) ?? (this.rows.first() ?? 1) - 1;
  }

  /** Deletes the events up to a position. No task log points at them any more. */
  async prune(work: Work, upTo: number): Promise<void> {
    const seen: number[] = [];
    for (const bodies of this.#bodies) {
      let last = 0;
      const done = await work.run('events', 0, (after) => {
        const next = bodies.copyNext(after, upTo);
        last = next ?? after;
        return { pruned: 0, next };
      });
      if (!done) return;
      seen.push(last);
    }
    await work.run('events', seen, (cursor) => {
      // Rows that are new. A dead letter of a FIFO queue is a new row with an old event.
      const now = this.#bodies.map((bodies, at) => bodies.copyAll(cursor[at] ?? 0, upTo));
      const { pruned, next } = this.rows.deleteUpTo(upTo);
      return { pruned, next: next === undefined ? undefined : now };
    });
  }
}

const idSyntax = /"id":"([0-9a-f]{8})-([0-9a-f]{4})-7/;

/**
 * The arrival time of an event, from the beginning of its text. Its id is a UUIDv7, whose first 48 bits are
 * milliseconds since 1970.
 */
function arrivalOf(text: unknown): number {
  const [, high, low] = idSyntax.exec(String(text)) ?? [];
  if (high === undefined || low === undefined) throw new Error(`an event of the archive has no id: ${text}`);
  return Number.parseInt(high + low, 16);
}
