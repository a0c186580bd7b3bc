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
   * Called when the disk refuses a sync: what is on it is then unknown (a failed fsync may have dropped the pages). And
   * when the file turns out to be damaged. The process has to end, and a new one to see what the file says.
   */
  readonly onFatal?: (error: Error) => void;
  /** Is told of batches and checkpoints that failed otherwise, as on a full disk, and of what could be written. */
  readonly watch?: Pick<StoreWatch, 'failed' | 'succeeded' | 'checkpointFailed'>;
  /** Is told when a crash may have taken more than it should. */
  readonly onDoubt?: (message: string) => void;
}

/**
 * Bytes of a log that was left behind, from which on it is moved into the database at once. Where each process is killed
 * before its first checkpoint, the log would otherwise grow with every one, and what the next has to read at its start.
 */
const LONG_LOG_BYTES = 8 * 1024 * 1024;

/**
 * The SQLite file of a standalone mesh, shared by all SQLite adapters.
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
   * Opens, and makes where there is none, the database of a data folder, and locks the folder for this process.
   *
   * @throws ConfigurationError when the folder is taken or not writable, its database was lost, is damaged, is none of a
   * mesh or is a newer one's.
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
   * Runs a synchronous transaction in the next batch. It sees what the transactions before it did; when it throws, only what
   * it did itself is undone. It may be run again when it or another throws, so what it does outside of the tables it does
   * by `afterDurable` or takes back by `onRollback`.
   *
   * @returns what the transaction returned, once that is on the disk.
   */
  write<T>(transaction: () => T): Promise<T> {
    return this.#enqueue(transaction, false);
  }

  /**
   * Like `write`, but resolves at the commit and asks for no sync of its own: for what a crash may take back without
   * breaking a promise, such as the receive count of a message. Whatever is synced later takes it along. Behind a `write`
   * of its batch it waits for that one's sync, since it may hand out what that one wrote.
   */
  writeLazily<T>(transaction: () => T): Promise<T> {
    return this.#enqueue(transaction, true);
  }

  /** Has `effect` called, in order, once the transaction that is running is durable; not at all when it fails. */
  afterDurable(effect: () => void): void {
    this.#group.running('afterDurable').effects.push(effect);
  }

  /** Has `effect` called when what the transaction that is running does is undone: for what it notes in memory. */
  onRollback(effect: () => void): void {
    this.#group.running('onRollback').rollbacks.push(effect);
  }

  /**
   * Undoes what `work` did when it throws, and rethrows: for a part of a transaction that may fail alone, and hardly ever does.
   * The first time, the whole transaction is run again for it.
   */
  attempt<T>(work: () => T): T {
    return this.#group.attempt(work);
  }

  /** The number of the transaction that is running: what was noted of an earlier one has either become durable or never happened. */
  get batch(): number {
    return this.#group.number;
  }

  /** Reads, and waits for the sync under way, since SQLite shows rows before they are on the disk. */
  read<T>(query: () => T): T | Promise<T> {
    if (this.#broken) throw this.#broken;
    const result = this.#query(query);
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

  /** Nothing of the batch happened, and each caller is told who was not before. */
  #refuse(batch: readonly Transaction[], error: unknown): void {
    const fatal = fatalOf(this.file, error);
    if (fatal) {
      this.#fail(fatal, batch);
      return;
    }
    const failure = cannotWrite(this.file, error);
    for (const transaction of batch) transaction.reject(failure);
    this.#options.watch?.failed(failure, batch.length);
    // A log that begins anew needs no room: that alone may have the next batch fit.
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
