import { closeSync, fdatasync, fstatSync, openSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StarlingError } from '#shared/errors.ts';
import { Checkpointer } from './checkpointer.ts';
import { databaseFile, type FolderLock, lockFolder } from './folder.ts';
import { checkFolder } from './folder-state.ts';
import { GroupCommit } from './group-commit.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { cannotRead, cannotWrite, fatalOf, isStoreFailure, reasonOf, syncRefused } from './store-errors.ts';
import type { StoreWatch } from './store-watch.ts';
import { settle, type Transaction } from './transaction.ts';

export interface DatabaseOptions {
  /**
   * Called when a sync fails or the file is damaged. After a failed fsync nobody knows what is on the disk, because the
   * system may have dropped the pages. The process has to end; the next start reads the file.
   */
  readonly onFatal?: (error: Error) => void;
  /** Gets all other failed batches and checkpoints, for example on a full disk, and each success. */
  readonly watch?: Pick<StoreWatch, 'failed' | 'succeeded' | 'checkpointFailed'>;
  /** Called when a crash may have lost acknowledged data. */
  readonly onDoubt?: (message: string) => void;
}

/**
 * Bytes. A longer log from the previous process is checkpointed at once. Otherwise the log, and the time of a start,
 * would grow with each process that is killed before its first checkpoint.
 */
const LONG_LOG_BYTES = 8 * 1024 * 1024;

/**
 * The SQLite file of a standalone mesh, shared by all SQLite adapters.
 *
 * All writes of one turn of the event loop, and all writes during a sync, form one batch with one commit and one sync.
 * The commit does not sync (`synchronous = NORMAL`). The thread pool syncs the write-ahead log, and only then callers
 * get their results. See ARCHITECTURE.md and docs/decisions/0002-group-commit.md.
 */
export class Database {
  readonly file: string;
  readonly #sqlite: DatabaseSync;
  readonly #lock: FolderLock;
  readonly #wal: number;
  readonly #checkpointer: Checkpointer;
  readonly #options: DatabaseOptions;
  readonly #group: GroupCommit;
  #waiting: Transaction[] = [];
  #scheduled = false;
  #syncing: Promise<void> | undefined;
  #closed = false;
  #broken: Error | undefined;

  private constructor(file: string, sqlite: DatabaseSync, lock: FolderLock, options: DatabaseOptions) {
    this.file = file;
    this.#sqlite = sqlite;
    this.#lock = lock;
    this.#options = options;
    this.#wal = openSync(`${this.file}-wal`, 'r+');
    this.#checkpointer = new Checkpointer(this.file, (error) => this.#checkpointFailed(error));
    this.#group = new GroupCommit(sqlite);
    if (fstatSync(this.#wal).size > LONG_LOG_BYTES) this.#checkpointer.start();
  }

  /**
   * Locks the data folder for this process and opens its database. Creates both if they are missing.
   *
   * @throws ConfigurationError when the folder is locked or not writable, or when the database is lost, damaged, not a
   * mesh's or of a newer version
   */
  static open(folder: string, options: DatabaseOptions = {}): Database {
    const lock = lockFolder(folder);
    const file = databaseFile(folder);
    let sqlite: DatabaseSync | undefined;
    try {
      checkFolder(folder);
      sqlite = openSqliteFile(file, options.onDoubt);
      return new Database(file, sqlite, lock, options);
    } catch (error) {
      sqlite?.close();
      lock.release();
      throw error;
    }
  }

  /** A prepared statement. Use it only inside a transaction of `write` or `read`. */
  prepare(sql: string): StatementSync {
    return this.#sqlite.prepare(sql);
  }

  /**
   * Runs a synchronous transaction in the next batch. The transaction sees the changes of the transactions before it.
   * If it throws, only its own changes are undone. It may run again when it or another transaction throws. So it
   * changes other things than tables in `afterDurable`, or undoes them in `onRollback`.
   *
   * @returns the result of the transaction, when it is on the disk
   */
  write<T>(transaction: () => T): Promise<T> {
    return this.#enqueue(transaction, false);
  }

  /**
   * Like `write`, but resolves at the commit, without a sync. Use it for changes that a crash may undo, such as the
   * receive count of a message. The next sync includes the change. After a `write` of the same batch it resolves at
   * that sync, because it may have read what that `write` wrote.
   */
  writeLazily<T>(transaction: () => T): Promise<T> {
    return this.#enqueue(transaction, true);
  }

  /**
   * Calls `effect` when the running transaction is durable, in the order of registration. Never if the transaction
   * fails.
   */
  afterDurable(effect: () => void): void {
    this.#group.running('afterDurable').effects.push(effect);
  }

  /** Calls `effect` when the running transaction is rolled back. Use it to undo changes in memory. */
  onRollback(effect: () => void): void {
    this.#group.running('onRollback').rollbacks.push(effect);
  }

  /**
   * Undoes the changes of `work` if it throws, and rethrows. Use it for a part of a transaction that may fail alone and
   * hardly ever does: at the first failure, the whole transaction runs again.
   */
  attempt<T>(work: () => T): T {
    return this.#group.attempt(work);
  }

  /** The number of the running transaction. The changes of an earlier one are durable by now, or were undone. */
  get batch(): number {
    return this.#group.number;
  }

  /** Reads, then waits for the running sync, because SQLite shows rows before they are durable. */
  read<T>(query: () => T): T | Promise<T> {
    if (this.#broken) throw this.#broken;
    const result = this.#query(query);
    if (this.#syncing === undefined) return result;
    return this.#syncing.then(() => {
      if (this.#broken) throw this.#broken;
      return result;
    });
  }

  /** Finishes the waiting writes, moves the write-ahead log into the database file and releases the folder. */
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
      this.#waiting.push({ run, lazy, resolve, reject, effects: [], rollbacks: [], savepoints: false });
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
    const rejected = new Set<Transaction>();
    let done: readonly Transaction[];
    try {
      done = this.#group.commit(batch, rejected);
    } catch (error) {
      this.#refuse(
        batch.filter((transaction) => !rejected.has(transaction)),
        error,
      );
      return;
    }
    const durable: Transaction[] = [];
    for (const transaction of done) {
      if (transaction.lazy && durable.length === 0) settle(transaction);
      else durable.push(transaction);
    }
    if (durable.length === 0) this.#schedule();
    else this.#sync(durable);
  }

  /** Rejects each transaction of a batch of which nothing was committed. */
  #refuse(batch: readonly Transaction[], error: unknown): void {
    const fatal = fatalOf(this.file, error);
    if (fatal) {
      this.#fail(fatal, batch);
      return;
    }
    const failure = cannotWrite(this.file, error);
    for (const transaction of batch) transaction.reject(failure);
    this.#options.watch?.failed(failure, batch.length);
    // A log that starts again needs no space, so the next batch may fit.
    if (reasonOf(error) !== 'locked') this.#checkpointer.start();
    this.#schedule();
  }

  #query<T>(query: () => T): T {
    try {
      return query();
    } catch (error) {
      const fatal = fatalOf(this.file, error);
      if (fatal) this.#fail(fatal, []);
      throw this.#broken ?? (isStoreFailure(error) ? cannotRead(this.file, error) : error);
    }
  }

  #checkpointFailed(error: Error): void {
    const fatal = fatalOf(this.file, error);
    if (fatal) this.#fail(fatal, []);
    else this.#options.watch?.checkpointFailed(cannotWrite(this.file, error));
  }

  #sync(transactions: readonly Transaction[]): void {
    this.#syncing = new Promise((resolve) => {
      fdatasync(this.#wal, (error) => {
        if (error) this.#fail(syncRefused(this.file, error), transactions);
        this.#syncing = undefined;
        if (!error) {
          for (const transaction of transactions) settle(transaction);
          this.#options.watch?.succeeded();
          this.#checkpointer.committed();
        }
        resolve();
        this.#schedule();
      });
    });
  }

  #fail(fatal: StarlingError, transactions: readonly Transaction[]): void {
    for (const transaction of [...transactions, ...this.#waiting.splice(0)]) transaction.reject(fatal);
    if (this.#broken) return;
    this.#broken = fatal;
    this.#options.onFatal?.(fatal);
  }
}
