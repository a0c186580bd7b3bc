import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isStoreFailure } from './store-errors.ts';
import { rollBack, type Transaction } from './transaction.ts';

/** Runs transactions together, and lets one that fails take no other along. */
export class GroupCommit {
  readonly #sqlite: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #changes: StatementSync;
  readonly #savepoint: StatementSync;
  readonly #release: StatementSync;
  #number = 0;
  #running: Transaction | undefined;
  /** Whether a part of the running transaction failed that is not under a savepoint. */
  #partFailed = false;

  constructor(sqlite: DatabaseSync) {
    this.#sqlite = sqlite;
    this.#begin = sqlite.prepare('BEGIN IMMEDIATE');
    this.#commit = sqlite.prepare('COMMIT');
    this.#changes = sqlite.prepare('SELECT total_changes() AS changes');
    this.#savepoint = sqlite.prepare('SAVEPOINT part');
    this.#release = sqlite.prepare('RELEASE part');
  }

  /** Of the transaction that is running, or ran last. */
  get number(): number {
    return this.#number;
  }

  /** @throws Error when no transaction is running. */
  running(what: string): Transaction {
    if (this.#running === undefined) throw new Error(`${what} is for transactions`);
    return this.#running;
  }

  /**
   * Commits the transactions in one transaction, but for those that throw, whose callers are told.
   *
   * @param refused is given those that throw
   * @returns those that did their work.
   * @throws when nothing of the batch happened.
   */
  commit(batch: readonly Transaction[], refused: Set<Transaction>): readonly Transaction[] {
    for (let counting = false; ; counting = true) {
      const done = this.#try(batch, refused, counting);
      if (done) return done;
    }
  }

  /**
   * Undoes what `work` did when it throws, and rethrows. Who goes on after that has to let through what the store itself
   * failed of (`isStoreFailure`): there may be no transaction any more, and each further statement would be one of its own.
   */
  attempt<T>(work: () => T): T {
    const transaction = this.running('attempt');
    return transaction.savepoints ? this.#attemptAlone(transaction, work) : this.#attemptAtFirst(work);
  }

  /** Where it throws, whatever the transaction does now is undone, and it is run again with savepoints. */
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
   * Where a transaction throws that has written, all is undone and the others have to begin anew without it. That is rare, while
   * under a savepoint for each transaction SQLite would copy every page before it changes it.
   *
   * @param counting whether it can tell if a transaction has written: not at first, as that costs each transaction, and few throw.
   * @returns undefined when the others are to begin anew.
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
        // Of a full disk, and where the whole transaction has ended, the batch fails and not the transaction.
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

  /** Returns what the transaction threw. */
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

  /** Of rows, since the file was opened. */
  #countChanges(): unknown {
    return this.#changes.get()?.changes;
  }
}
