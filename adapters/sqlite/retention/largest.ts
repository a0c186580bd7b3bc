import type { Database } from '../database.ts';
import type { EventPruner } from './events.ts';
import { OwnerPruner } from './owners.ts';
import type { RecordPruner, UnreadRecords } from './records.ts';
import { EventReferences } from './referenced-events.ts';
import { sampleRanges } from './samples.ts';
import { type Holding, sharesOf } from './shares.ts';
import { OWN_SOURCES, SourcePruner } from './sources.ts';
import type { Work } from './step.ts';
import type { TaskLogs } from './task-logs.ts';
import type { TaskPruner } from './tasks.ts';
import type { TimedRows } from './timed-rows.ts';

export interface LargestParts {
  readonly database: Database;
  readonly logs: TaskLogs;
  readonly tasks: TaskPruner;
  readonly events: EventPruner;
  readonly records: RecordPruner;
  readonly quarantine: TimedRows;
}

export interface LargestPass {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds since 1970. Data that arrived after this time stays. */
  readonly before: number;
  /** The number of bytes to free, approximately. */
  readonly excess: number;
  readonly unread: (lost: UnreadRecords) => void;
}

/** A holder of bytes: the tasks of a client, the events of a source, or a table. */
type Holder =
  | { readonly kind: 'owner' | 'source'; readonly name: string }
  | { readonly kind: 'archive' | 'records' | 'quarantine' };

/**
 * Frees space at the cost of the largest holders. Otherwise a client that stores more than all others would push out
 * their data, because its own data is the newest. See docs/decisions/0017-the-largest-holder-gives-first.md.
 */
export class LargestPruner {
  readonly #parts: LargestParts;
  readonly #owners: OwnerPruner;
  readonly #sources: SourcePruner;
  readonly #references: EventReferences;

  constructor(parts: LargestParts) {
    this.#parts = parts;
    this.#owners = new OwnerPruner(parts.database, parts.logs);
    this.#sources = new SourcePruner(parts.database);
    this.#references = new EventReferences(parts.database);
  }

  /** @returns the creation time of the youngest task that was deleted */
  async prune(work: Work, pass: LargestPass): Promise<number | undefined> {
    const { now, before, excess, unread } = pass;
    const { records, quarantine } = this.#parts;
    const holders = await this.#holders(work, now);
    const shares = sharesOf(
      holders.map(([, { bytes }]) => bytes),
      excess,
    );
    const owners = new Map<string, number>();
    const sources = new Map<string, number>();
    const referenced = await this.#references.read(work);
    for (const [at, [holder, { bytes, deletable }]] of holders.entries()) {
      // If a holder cannot give its part yet, for example its open tasks, no other holder gives it.
      const share = Math.min(shares[at] ?? 0, deletable);
      if (share <= 0 || work.isStopped) continue;
      const untilOf = (rows: TimedRows) =>
        work.read(() => Math.min(before, (rows.timeAt(share / bytes) ?? Number.NEGATIVE_INFINITY) + 1));
      switch (holder.kind) {
        case 'owner':
          owners.set(holder.name, share);
          break;
        case 'source':
          sources.set(holder.name, share);
          break;
        case 'archive':
          await this.#pruneArchive(work, now, await untilOf(this.#parts.events.rows));
          break;
        case 'records': {
          const until = await untilOf(records.rows);
          await records.prune(work, () => until, unread);
          break;
        }
        case 'quarantine': {
          const until = await untilOf(quarantine);
          const key = await work.read(() => quarantine.lastBefore(until));
          if (key !== undefined) await work.run('quarantine', key, (upTo) => quarantine.deleteUpTo(upTo));
          break;
        }
        default:
          holder satisfies never;
      }
    }
    if (sources.size > 0) {
      const upTo = await work.read(() => this.#parts.events.positionBefore(before));
      await this.#sources.prune(work, sources, upTo, referenced);
    }
    return owners.size > 0 ? this.#owners.prune(work, owners, now, referenced) : undefined;
  }

  async #holders(work: Work, now: () => number): Promise<[Holder, Holding][]> {
    const owners = await this.#owners.holdings(work, now);
    const sources = await this.#sources.bytesOf(work);
    const holders: [Holder, Holding][] = [];
    let ofTasks = 0;
    for (const [name, holding] of owners) {
      holders.push([{ kind: 'owner', name }, holding]);
      ofTasks += holding.bytes;
    }
    for (const [name, bytes] of sources) {
      if (name !== OWN_SOURCES)
        holders.push([
          { kind: 'source', name },
          { bytes, deletable: bytes },
        ]);
    }
    const rest = Math.max(0, (sources.get(OWN_SOURCES) ?? 0) - ofTasks);
    holders.push([{ kind: 'archive' }, { bytes: rest, deletable: rest }]);
    for (const kind of ['records', 'quarantine'] as const) {
      const bytes = await bytesOf(work, kind === 'records' ? this.#parts.records.rows : this.#parts.quarantine);
      holders.push([{ kind }, { bytes, deletable: bytes }]);
    }
    return holders;
  }

  /** Deletes the oldest events of the archive. All tasks stay, with copies of the events that their logs need. */
  async #pruneArchive(work: Work, now: () => number, until: number) {
    const position = await work.read(() => this.#parts.events.positionBefore(until));
    const keepsAll = { now, createdBefore: Number.NEGATIVE_INFINITY, position };
    if (await this.#parts.tasks.prune(work, keepsAll)) await this.#parts.events.prune(work, position);
  }
}

async function bytesOf(work: Work, rows: TimedRows): Promise<number> {
  const [first, last] = await work.read(() => [rows.first(), rows.last()] as const);
  let bytes = 0;
  if (first === undefined || last === undefined) return bytes;
  await sampleRanges(work, first, last, (from, to, weight) => {
    bytes += rows.bytesBetween(from, Math.min(to, last)) * weight;
  });
  return bytes;
}
