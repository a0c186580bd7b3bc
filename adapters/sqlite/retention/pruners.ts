import type { Database } from '../database.ts';
import { KeptContents } from './contents.ts';
import { EventPruner } from './events.ts';
import { ExpiryPruner } from './expiries.ts';
import { type LargestPass, LargestPruner } from './largest.ts';
import { type KnowsMessage, MessageIdPruner } from './message-ids.ts';
import { MessagePruner, type MessageRetention } from './messages.ts';
import { RecordPruner, type UnreadRecords } from './records.ts';
import type { Work } from './step.ts';
import { TaskLogs } from './task-logs.ts';
import { TaskPruner } from './tasks.ts';
import { TimedRows } from './timed-rows.ts';

/** The bounds of a pass. Times are milliseconds since 1970. */
export interface Pass {
  readonly now: () => number;
  /** The time by the clock that tells the age of data. */
  readonly today: number;
  /** Deletes ended tasks that were created before this time, and older events and quarantined events. */
  readonly before: number;
  /** Records of a stream from this time on stay. */
  readonly recordsFrom: (stream: string) => number;
  readonly unread: (lost: UnreadRecords) => void;
}

/** All pruners, in the order in which they run. */
export class Pruners {
  readonly #tasks: TaskPruner;
  readonly #events: EventPruner;
  readonly #records: RecordPruner;
  readonly #quarantine: TimedRows;
  readonly #messageIds: MessageIdPruner;
  readonly #messages: MessagePruner;
  readonly #expiries: ExpiryPruner;
  readonly #contents: KeptContents;
  readonly #largest: LargestPruner;

  constructor(database: Database, knows: KnowsMessage) {
    const logs = new TaskLogs(database);
    this.#tasks = new TaskPruner(database, logs);
    this.#events = new EventPruner(database);
    this.#records = new RecordPruner(database);
    this.#quarantine = new TimedRows(database, {
      table: 'quarantine',
      key: 'position',
      time: 'time',
      size: 'octet_length(event)',
      keepsNewest: true,
    });
    this.#messageIds = new MessageIdPruner(database, knows);
    this.#messages = new MessagePruner(database);
    this.#expiries = new ExpiryPruner(database);
    this.#contents = new KeptContents(database);
    this.#largest = new LargestPruner({
      database,
      logs,
      tasks: this.#tasks,
      events: this.#events,
      records: this.#records,
      quarantine: this.#quarantine,
    });
  }

  /** Events are deleted after the data that refers to them. By then no log points at them. */
  async prune(work: Work, { now, today, before, recordsFrom, unread }: Pass): Promise<void> {
    const position = await work.read(() => this.#events.positionBefore(before));
    if (!(await this.#tasks.prune(work, { now, createdBefore: before, position }))) return;
    await this.#events.prune(work, position);
    await this.#records.prune(work, recordsFrom, unread);
    const quarantined = await work.read(() => this.#quarantine.lastBefore(before));
    if (quarantined !== undefined) await work.run('quarantine', quarantined, (key) => this.#quarantine.deleteUpTo(key));
    await this.#messageIds.prune(work, today, before);
  }

  /**
   * Frees about `excess` bytes, first at the cost of the largest holders.
   *
   * @returns the creation time of the youngest task that was deleted
   */
  async pruneLargest(work: Work, pass: LargestPass): Promise<number | undefined> {
    const youngest = await this.#largest.prune(work, pass);
    if (youngest !== undefined) await this.#messageIds.prune(work, pass.now(), youngest + 1);
    return youngest;
  }

  /** Deletes data that stores its own end. `lost` is called with the queue of each message that no consumer took. */
  async pruneExpired(work: Work, now: number, retention: MessageRetention, lost: (queue: string) => void) {
    await this.#messages.prune(work, now, retention, lost);
    await this.#expiries.prune(work, now);
  }

  /** The data that cannot be deleted, and its amount. */
  kept(): Readonly<Record<string, number | Record<string, number>>> {
    return this.#contents.describe();
  }
}
