import type { Database } from '../database.ts';
import { KeptContents } from './contents.ts';
import { EventPruner } from './events.ts';
import { ExpiryPruner } from './expiries.ts';
import { MessageIdPruner } from './message-ids.ts';
import { MessagePruner, type MessageRetention } from './messages.ts';
import { RecordPruner, type UnreadRecords } from './records.ts';
import type { Work } from './step.ts';
import { TaskPruner } from './tasks.ts';
import { TimedRows } from './timed-rows.ts';

/** What a pass deletes. Times in milliseconds since 1970. */
export interface Pass {
  readonly now: number;
  /** Ended tasks that were created before it go, and the events and quarantined events from before it. */
  readonly before: number;
  /** A task that ended after it stays. */
  readonly endedBefore: number;
  /** From when on the records of a stream stay. */
  readonly recordsFrom: (stream: string) => number;
  readonly unread: (lost: UnreadRecords) => void;
}

/** All that retention deletes from, in the order in which it does. */
export class Pruners {
  readonly #tasks: TaskPruner;
  readonly #events: EventPruner;
  readonly #records: RecordPruner;
  readonly #quarantine: TimedRows;
  readonly #messageIds: MessageIdPruner;
  readonly #messages: MessagePruner;
  readonly #expiries: ExpiryPruner;
  readonly #contents: KeptContents;

  constructor(database: Database) {
    this.#tasks = new TaskPruner(database);
    this.#events = new EventPruner(database);
    this.#records = new RecordPruner(database);
    this.#quarantine = new TimedRows(database, {
      table: 'quarantine',
      key: 'position',
      time: 'time',
      size: 'octet_length(event)',
      keepsNewest: true,
    });
    this.#messageIds = new MessageIdPruner(database);
    this.#messages = new MessagePruner(database);
    this.#expiries = new ExpiryPruner(database);
    this.#contents = new KeptContents(database);
  }

  /** Events go last of what refers to each other: by then no log points at those that go. */
  async prune(work: Work, { now, before, endedBefore, recordsFrom, unread }: Pass): Promise<void> {
    const position = await work.read(() => this.#events.positionBefore(before));
    if (!(await this.#tasks.prune(work, { now, createdBefore: before, endedBefore, position }))) return;
    await this.#events.prune(work, position);
    await this.#records.prune(work, recordsFrom, unread);
    const quarantined = await work.read(() => this.#quarantine.lastBefore(before));
    if (quarantined !== undefined) await work.run('quarantine', quarantined, (key) => this.#quarantine.deleteUpTo(key));
    await this.#messageIds.prune(work, now, before);
  }

  /** What bears its own time of life. `lost` is told of the queue of each message that nobody took. */
  async pruneExpired(work: Work, now: number, retention: MessageRetention, lost: (queue: string) => void) {
    await this.#messages.prune(work, now, retention, lost);
    await this.#expiries.prune(work, now);
  }

  /**
   * The time before which about a share of the events, records or quarantine lies, of whichever goes back farthest;
   * infinite when there is nothing that may go.
   */
  timeOfShare(share: number): number {
    const times = [this.#events.rows, this.#records.rows, this.#quarantine].map((rows) => rows.timeAt(share));
    return Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY));
  }

  /** What may not be deleted, and how much of it there is. */
  kept(): Readonly<Record<string, number | Record<string, number>>> {
    return this.#contents.describe();
  }
}
