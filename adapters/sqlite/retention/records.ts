import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';
import type { Work } from './step.ts';
import { TimedRows } from './timed-rows.ts';

/** The largest count of lost records of one consumer. A longer count would take too long. */
const COUNTED = 100_000;

/** Records that were deleted before a consumer had read them. */
export interface UnreadRecords {
  readonly consumer: string;
  readonly stream: string;
  readonly records: number;
}

interface Shard {
  readonly stream: string;
  readonly shard: number;
}

/** Records of streams. As on Kinesis, they are deleted by their age, whether they were read or not. */
export class RecordPruner {
  /** The records of all streams. */
  readonly rows: TimedRows;
  readonly #ofShard: TimedRows;
  readonly #nextShard: StatementSync;
  readonly #behind: StatementSync;
  readonly #count: StatementSync;

  constructor(database: Database) {
    const table = {
      table: 'records',
      key: 'sequence',
      time: 'arrived_at',
      size: 'octet_length(data)',
      keepsNewest: false,
    };
    this.rows = new TimedRows(database, table);
    this.#ofShard = new TimedRows(database, { ...table, where: 'stream = ? AND shard = ?' });
    this.#nextShard = database.prepare(
      'SELECT stream, shard FROM records WHERE (stream, shard) > (?, ?) ORDER BY stream, shard LIMIT 1',
    );
    this.#behind = database.prepare(
      'SELECT consumer, sequence FROM checkpoints WHERE stream = ? AND shard = ? AND sequence < ?',
    );
    this.#count = database.prepare(
      `SELECT count(*) AS records FROM
       (SELECT 1 FROM records WHERE stream = ? AND shard = ? AND sequence > ? AND sequence <= ? LIMIT ${COUNTED})`,
    );
  }

  /**
   * @param keptFrom from when on (milliseconds since 1970) the records of a stream stay
   * @param unread is told of records that are about to go and that a consumer which has begun has not come to
   */
  async prune(work: Work, keptFrom: (stream: string) => number, unread: (lost: UnreadRecords) => void): Promise<void> {
    for (const { stream, shard } of await work.read(() => this.#shards())) {
      const upTo = await work.read(() => this.#ofShard.lastBefore(keptFrom(stream), stream, shard));
      if (upTo === undefined) continue;
      for (const lost of await work.read(() => this.#unreadOf(stream, shard, upTo))) unread(lost);
      if (!(await work.run('records', upTo, (key) => this.#ofShard.deleteUpTo(key, stream, shard)))) return;
    }
  }

  /**
   * The shards that have records. Each is found from the one before, because the index has millions of records of few
   * shards.
   */
  #shards(): readonly Shard[] {
    const shards: Shard[] = [];
    for (let last: Shard | undefined = { stream: '', shard: -1 }; last !== undefined; ) {
      last = this.#nextShard.get(last.stream, last.shard) as Shard | undefined;
      if (last !== undefined) shards.push(last);
    }
    return shards;
  }

  #unreadOf(stream: string, shard: number, upTo: number): UnreadRecords[] {
    return this.#behind.all(stream, shard, upTo).flatMap(({ consumer, sequence }) => {
      const records = Number(this.#count.get(stream, shard, sequence as number, upTo)?.records);
      return records > 0 ? [{ consumer: String(consumer), stream, records }] : [];
    });
  }
}
