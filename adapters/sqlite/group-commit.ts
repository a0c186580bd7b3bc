import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isStoreFailure } from './store-errors.ts';
import { rollBack, type Transaction } from './transaction.ts';

/** Commits a batch of transactions as one SQLite transaction. A transaction that fails does not affect the others. */
export class GroupCommit {
  readonly #sqlite: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #changes: StatementSync;
  readonly #savepoint: StatementSync;
  readonly #release: StatementSync;
  #number = 0;
  #running: Transaction | undefined;
  /** True: a part without a savepoint failed in the running transaction. */
  #partFailed = false;

  constructor(sqlite: DatabaseSync) {
    this.#sqlite = sqlite;
    this.#begin = sqlite.prepare('BEGIN IMMEDIATE');
    this.#commit = sqlite.prepare('COMMIT');
    this.#changes = sqlite.prepare('SELECT total_changes() AS changes');
    this.#savepoint = sqlite.prepare('SAVEPOINT part');
    this.#release = sqlite.prepare('RELEASE part');
  }

  /** The number of the running batch, or of the last one. */
  get number(): number {
    return this.#number;
  }

  /** @throws Error when no transaction is running. */
  running(what: string): Transaction {
    if (this.#running === undefined) throw new Error(`${what} is for transactions`);
    return this.#running;
  }

  /**
   * Commits the batch without the transactions that throw, and rejects those.
   *
   * @param refused gets the transactions that throw
   * @returns the committed transactions
   * @throws when nothing of the batch was committed
   */
  commit(batch: readonly Transaction[], refused: Set<Transaction>): readonly Transaction[] {
    for (let counting = false; ; counting = true) {
      const done = this.#try(batch, refused, counting);
      if (done) return done;
    }
  }

  /**
   * Undoes the changes of `work` if it throws, and rethrows. A caller that catches the error must rethrow store
   * failures (`isStoreFailure`): SQLite may have ended the transaction, and each further statement would then commit
   * alone.
   */
  attempt<T>(work: () => T): T {
    const transaction = this.running('attempt');
    return transaction.savepoints ? this.#attemptAlone(transaction, work) : this.#attemptAtFirst(work);
  }

  /** If `work` throws, the whole transaction is rolled back and runs again with savepoints. */
  #attemptAtFirst<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.#partFailed = true;
      throw error;
    }
  }

  #attemptAlone<T>(transaction: Transaction, work: () => T): T {
    const effects = transaction.effects.length;
    const rollbacks = transaction.rollbacks.length;
    this.#savepoint.run();
    try {
      const result = work();
      this.#release.run();
      return result;
    } catch (error) {
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK TO part; RELEASE part');
      transaction.effects.length = effects;
      rollBack(transaction, rollbacks);
      throw error;
    }
  }

  /**
   * If a transaction throws after it has written, the batch is rolled back and runs again without it. This is rare. A
   * savepoint for each transaction would cost more: SQLite would copy each page before it changes the page.
   *
   * @param counting whether it can tell if a transaction has written: not at first, as that costs each transaction, and
   * few throw.
   * @returns undefined when the batch has to run again
   */
  #try(
    batch: readonly Transaction[],
    refused: Set<Transaction>,
    counting: boolean,
  ): readonly Transaction[] | undefined {
    const done: Transaction[] = [];
    try {
      this.#begin.run();
      this.#number++;
      for (const transaction of batch) {
        if (refused.has(transaction)) continue;
        const before = counting ? this.#countChanges() : undefined;
        const failure = this.#run(transaction);
        if (failure === undefined && !this.#partFailed) {
          done.push(transaction);
          continue;
        }
        rollBack(transaction);
        // On a store failure, or when SQLite has ended its transaction, the whole batch fails.
        if (failure && (isStoreFailure(failure.error) || !this.#sqlite.isTransaction)) throw failure.error;
        if (this.#partFailed) {
          transaction.savepoints = true;
        } else if (failure && before !== undefined) {
          refused.add(transaction);
          transaction.reject(failure.error);
          if (this.#countChanges() === before) continue;
        }
        this.#undo(done);
        return undefined;
      }
      this.#commit.run();
      return done;
    } catch (error) {
      this.#undo(done);
      throw error;
    }
  }

  /** Returns the error that the transaction threw. */
  #run(transaction: Transaction): { readonly error: unknown } | undefined {
    transaction.effects = [];
    transaction.rollbacks = [];
    this.#running = transaction;
    this.#partFailed = false;
    try {
      transaction.result = transaction.run();
      return undefined;
    } catch (error) {
      return { error };
    } finally {
      this.#running = undefined;
    }
  }

  #undo(done: readonly Transaction[]): void {
    if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK');
    for (const transaction of done.toReversed()) rollBack(transaction);
  }

  /** The number of row changes since the file was opened. */
  #countChanges(): unknown {
    return this.#changes.get()?.changes;
  }
}
