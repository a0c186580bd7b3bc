import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';
import { type Cost, endOfStep, STEP_LIMIT, type Step } from './step.ts';

/** A table whose integer keys grow with the time in its rows. Every text is SQL. */
export interface TimedTable {
  readonly table: string;
  readonly key: string;
  readonly time: string;
  /** Bytes of a row's payload. `octet_length` reads them off the row's head. */
  readonly size: string;
  /** A condition whose parameters, the `scope`, come before all others. */
  readonly where?: string;
  /** Reads the time (milliseconds since 1970) where it is not a number. */
  readonly timeOf?: (value: unknown) => number;
  /** Whether the newest row stays: without AUTOINCREMENT SQLite gives the key after it, which else would begin anew. */
  readonly keepsNewest: boolean;
}

/** Rows that are asked for their time where only one should be needed. */
const SAMPLES = 16;

interface Row {
  readonly key: number;
  readonly time: number;
}

/** Deletes the oldest rows of a table, range by range. To be used inside transactions. */
export class TimedRows {
  readonly #table: TimedTable;
  readonly #at: StatementSync;
  readonly #newest: StatementSync;
  readonly #cost: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: Database, table: TimedTable) {
    const { key, time, size, where = 'TRUE' } = table;
    this.#table = table;
    this.#at = database.prepare(
      `SELECT ${key} AS key, ${time} AS time FROM ${table.table} WHERE ${where} AND ${key} >= ? ORDER BY ${key} LIMIT 1`,
    );
    this.#newest = database.prepare(`SELECT max(${key}) AS key FROM ${table.table} WHERE ${where}`);
    this.#cost = database.prepare(
      `SELECT count(*) AS rows, total(${size}) AS bytes FROM ${table.table} WHERE ${where} AND ${key} BETWEEN ? AND ?`,
    );
    this.#delete = database.prepare(`DELETE FROM ${table.table} WHERE ${where} AND ${key} BETWEEN ? AND ?`);
  }

  first(...scope: SQLInputValue[]): number | undefined {
    return this.#rowAt(0, scope)?.key;
  }

  /** The last key that may be deleted at all; undefined where none may. */
  last(...scope: SQLInputValue[]): number | undefined {
    const key = this.#newest.get(...scope)?.key;
    if (typeof key !== 'number') return undefined;
    return this.#table.keepsNewest ? key - 1 : key;
  }

  /**
   * The key of the last row that is older than `time` and may be deleted; undefined when there is none. A row before it
   * that claims to be younger is of a clock that was set back since, and is as old.
   */
  lastBefore(time: number, ...scope: SQLInputValue[]): number | undefined {
    const first = this.first(...scope);
    let high = this.last(...scope) ?? 0;
    if (first === undefined || first > high) return undefined;
    let low = first - 1;
    while (low < high) {
      const middle = low + Math.ceil((high - low) / 2);
      const row = this.#rowAt(middle, scope);
      if (row === undefined || row.key > high || row.time >= time) high = middle - 1;
      else low = row.key;
    }
    return low < first ? undefined : low;
  }

  /**
   * The time of the row before which about a share of those lies that may be deleted; undefined when there are none.
   */
  timeAt(share: number, ...scope: SQLInputValue[]): number | undefined {
    const first = this.first(...scope);
    const last = this.last(...scope);
    if (first === undefined || last === undefined || first > last) return undefined;
    const timeFrom = (part: number) => this.#rowAt(first + Math.floor((last - first) * part), scope)?.time ?? Infinity;
    // A later row cannot be older. This corrects the time of a row from a clock that was set back.
    return Math.min(...Array.from({ length: SAMPLES }, (_, at) => timeFrom(share + ((1 - share) * at) / SAMPLES)));
  }

  /** The bytes of the rows with these keys. */
  bytesBetween(from: number, to: number, ...scope: SQLInputValue[]): number {
    return this.#costOf(from, to, scope).bytes;
  }

  /** Deletes as many of the rows up to a key as fit into a transaction. */
  deleteUpTo(key: number, ...scope: SQLInputValue[]): Step<number> {
    const from = this.first(...scope);
    if (from === undefined || from > key) return { pruned: 0, next: undefined };
    const to = endOfStep(from, Math.min(key, from + STEP_LIMIT.rows - 1), (end) => this.#costOf(from, end, scope));
    const { changes } = this.#delete.run(...scope, from, to);
    return { pruned: Number(changes), next: to < key ? key : undefined };
  }

  #rowAt(key: number, scope: readonly SQLInputValue[]): Row | undefined {
    const row = this.#at.get(...scope, key);
    if (row === undefined) return undefined;
    const { timeOf = Number } = this.#table;
    return { key: Number(row.key), time: timeOf(row.time) };
  }

  #costOf(from: number, to: number, scope: readonly SQLInputValue[]): Cost {
    return this.#cost.get(...scope, from, to) as unknown as Cost;
  }
}
