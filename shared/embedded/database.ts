import { closeSync, fdatasync, openSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { messageOf, StarlingError } from '../errors.ts';
import { Checkpointer } from './checkpointer.ts';
import { type FolderLock, lockFolder } from './folder.ts';
import { openSqliteFile } from './sqlite-file.ts';
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
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #savepoint: StatementSync;
  readonly #release: StatementSync;
  readonly #savepointPart: StatementSync;
  readonly #releasePart: StatementSync;
  #waiting: Unit[] = [];
  #scheduled = false;
  #syncing: Promise<void> | undefined;
  #current: Unit | undefined;
  #closed = false;
  #broken: Error | undefined;

  private constructor(file: string, sqlite: DatabaseSync, lock: FolderLock, options: DatabaseOptions) {
    this.file = file;
    this.#sqlite = sqlite;
    this.#lock = lock;
    this.#onFatal = options.onFatal ?? (() => {});
    this.#wal = openSync(`${this.file}-wal`, 'r+');
    this.#checkpointer = new Checkpointer(this.file);
    this.#begin = this.#sqlite.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#sqlite.prepare('COMMIT');
    this.#savepoint = this.#sqlite.prepare('SAVEPOINT unit');
    this.#release = this.#sqlite.prepare('RELEASE unit');
    this.#savepointPart = this.#sqlite.prepare('SAVEPOINT part');
    this.#releasePart = this.#sqlite.prepare('RELEASE part');
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
   * it did itself is undone.
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
    const unit = this.#current;
    if (unit === undefined) throw new Error('afterDurable is for units of work');
    unit.effects ??= [];
    unit.effects.push(effect);
  }

  /**
   * Undoes what `work` did when it throws, and rethrows: for a part of a unit that may fail alone.
   */
  attempt<T>(work: () => T): T {
    this.#savepointPart.run();
    const effects = this.#current?.effects?.length ?? 0;
    try {
      const result = work();
      this.#releasePart.run();
      return result;
    } catch (error) {
      this.#sqlite.exec('ROLLBACK TO part; RELEASE part');
      if (this.#current?.effects) this.#current.effects.length = effects;
      throw error;
    }
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
      this.#waiting.push({ run, lazy, resolve, reject, effects: undefined });
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
    const done: Unit[] = [];
    try {
      this.#begin.run();
      for (const unit of batch) if (this.#runUnit(unit)) done.push(unit);
      this.#commit.run();
    } catch (error) {
      // The disk is full, or the file is damaged: nothing of the batch happened, and each caller is told.
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK');
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

  /** Returns whether the unit did its work; when not, it is undone and its caller told. */
  #runUnit(unit: Unit): boolean {
    this.#savepoint.run();
    this.#current = unit;
    try {
      unit.result = unit.run();
      this.#release.run();
      return true;
    } catch (error) {
      // A full disk may have ended the whole transaction; then the batch fails, not the unit.
      if (!this.#sqlite.isTransaction) throw error;
      this.#sqlite.exec('ROLLBACK TO unit; RELEASE unit');
      unit.reject(error);
      return false;
    } finally {
      this.#current = undefined;
    }
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
