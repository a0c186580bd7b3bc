import { closeSync, fdatasync, openSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { messageOf, StarlingError } from '../errors.ts';
import { Checkpointer } from './checkpointer.ts';
import { type FolderLock, lockFolder } from './folder.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { Transactions } from './transactions.ts';
import { settle, type Unit } from './unit.ts';

export interface DatabaseOptions {
  /**
   * Called when the disk refuses a sync. What is on it is then unknown (a failed fsync may have dropped the pages), so
   * the process has to end and start anew from what the file says.
   */
  readonly onFatal?: (error: Error) => void;
}

/**
 * The SQLite file of a standalone mesh, shared by all embedded adapters.
 *
 * Writes are grouped: what is asked for within one turn of the event loop, or while a sync is under way, is one
 * transaction and one sync. A commit does not sync by itself (`synchronous = NORMAL`); the write-ahead log is synced in
 * the thread pool before anybody is told. See docs/decisions/0002-group-commit.md.
 */
export class Database {
  readonly file: string;
  readonly #sqlite: DatabaseSync;
  readonly #lock: FolderLock;
  readonly #wal: number;
  readonly #checkpointer: Checkpointer;
  readonly #onFatal: (error: Error) => void;
  readonly #transactions: Transactions;
  #waiting: Unit[] = [];
  #scheduled = false;
  #syncing: Promise<void> | undefined;
  #closed = false;
  #broken: Error | undefined;

  private constructor(file: string, sqlite: DatabaseSync, lock: FolderLock, options: DatabaseOptions) {
    this.file = file;
    this.#sqlite = sqlite;
    this.#lock = lock;
    this.#onFatal = options.onFatal ?? (() => {});
    this.#wal = openSync(`${this.file}-wal`, 'r+');
    this.#checkpointer = new Checkpointer(this.file);
    this.#transactions = new Transactions(sqlite);
  }

  /**
   * Opens, and makes where there is none, the database of a data folder, and locks the folder for this process.
   *
   * @throws ConfigurationError when the folder is taken or not writable, the file is no database or is a newer one's.
   */
  static open(folder: string, options: DatabaseOptions = {}): Database {
    const lock = lockFolder(folder);
    const file = path.join(folder, 'starling.db');
    let sqlite: DatabaseSync | undefined;
    try {
      sqlite = openSqliteFile(file);
      return new Database(file, sqlite, lock, options);
    } catch (error) {
      sqlite?.close();
      lock.release();
      throw error;
    }
  }

  /** A prepared statement. Use it only inside a unit of `write` or `read`. */
  prepare(sql: string): StatementSync {
    return this.#sqlite.prepare(sql);
  }

  /**
   * Runs a synchronous unit of work in the next batch. It sees what the units before it did; when it throws, only what
   * it did itself is undone. It may be run again when another throws, so what it does outside of the tables it does by
   * `afterDurable` or takes back by `ifUndone`.
   *
   * @returns what the unit returned, once that is on the disk.
   */
  write<T>(unit: () => T): Promise<T> {
    return this.#enqueue(unit, false);
  }

  /**
   * Like `write`, but resolves at the commit and asks for no sync of its own: for what a crash may take back without
   * breaking a promise, such as the receive count of a message. Whatever is synced later takes it along. Behind a `write`
   * of its batch it waits for that one's sync, since it may hand out what that one wrote.
   */
  writeLazily<T>(unit: () => T): Promise<T> {
    return this.#enqueue(unit, true);
  }

  /** Has `effect` called, in order, once the unit that is running is durable; not at all when it fails. */
  afterDurable(effect: () => void): void {
    this.#transactions.running('afterDurable').effects.push(effect);
  }

  /** Has `effect` called when what the unit that is running does is undone: for what it notes in memory. */
  ifUndone(effect: () => void): void {
    this.#transactions.running('ifUndone').reverts.push(effect);
  }

  /**
   * Undoes what `work` did when it throws, and rethrows: for a part of a unit that may fail alone.
   */
  attempt<T>(work: () => T): T {
    return this.#transactions.attempt(work);
  }

  /** The number of the transaction that is running: what was noted of an earlier one has either become durable or never happened. */
  get transaction(): number {
    return this.#transactions.number;
  }

  /** Reads, and waits for the sync under way, since SQLite shows rows before they are on the disk. */
  read<T>(query: () => T): T | Promise<T> {
    if (this.#broken) throw this.#broken;
    const result = query();
    if (this.#syncing === undefined) return result;
    return this.#syncing.then(() => {
      if (this.#broken) throw this.#broken;
      return result;
    });
  }

  /** Ends what is waiting, moves the write-ahead log into the database file and lets go of the folder. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#waiting.length > 0 || this.#syncing !== undefined) {
      await (this.#syncing ?? new Promise(setImmediate));
    }
    await this.#checkpointer.stop();
    closeSync(this.#wal);
    this.#sqlite.close();
    this.#lock.release();
  }

  #enqueue<T>(run: () => T, lazy: boolean): Promise<T> {
    if (this.#broken) return Promise.reject(this.#broken);
    if (this.#closed) return Promise.reject(new StarlingError('STORE_CLOSED', 'The mesh is stopping.'));
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ run, lazy, resolve, reject, effects: [], reverts: [] });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#syncing !== undefined || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#runBatch();
    });
  }

  #runBatch(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    let done: readonly Unit[];
    try {
      done = this.#transactions.commit(batch);
    } catch (error) {
      // The disk is full, or the file is damaged: nothing of the batch happened, and each caller is told.
      const failure = new StarlingError('STORE_UNAVAILABLE', `The store cannot write: ${messageOf(error)}`, {
        cause: error,
      });
      for (const unit of batch) unit.reject(failure);
      this.#schedule();
      return;
    }
    const durable: Unit[] = [];
    for (const unit of done) {
      if (unit.lazy && durable.length === 0) settle(unit);
      else durable.push(unit);
    }
    if (durable.length === 0) this.#schedule();
    else this.#sync(durable);
  }

  #sync(units: readonly Unit[]): void {
    this.#syncing = new Promise((resolve) => {
      fdatasync(this.#wal, (error) => {
        if (error) this.#fail(error, units);
        this.#syncing = undefined;
        if (!error) for (const unit of units) settle(unit);
        resolve();
        this.#checkpointer.committed();
        this.#schedule();
      });
    });
  }

  #fail(error: Error, units: readonly Unit[]): void {
    const fatal = new StarlingError('STORE_FAILED', `The disk refused to sync ${this.file}: ${error.message}`, {
      cause: error,
    });
    this.#broken = fatal;
    for (const unit of [...units, ...this.#waiting.splice(0)]) unit.reject(fatal);
    this.#onFatal(fatal);
  }
}
