import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isStoreFailure } from './store-errors.ts';
import { revert, type Unit } from './unit.ts';

/** Runs units of work together, and lets one that fails take no other along. */
export class Transactions {
  readonly #sqlite: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #changes: StatementSync;
  readonly #savepoint: StatementSync;
  readonly #release: StatementSync;
  #number = 0;
  #running: Unit | undefined;
  /** Whether a part of the running unit failed that is not under a savepoint. */
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

  /** @throws Error when no unit is running. */
  running(what: string): Unit {
    if (this.#running === undefined) throw new Error(`${what} is for units of work`);
    return this.#running;
  }

  /**
   * Commits the units in one transaction, but for those that throw, whose callers are told.
   *
   * @param refused is given those that throw
   * @returns those that did their work.
   * @throws when nothing of the batch happened.
   */
  commit(batch: readonly Unit[], refused: Set<Unit>): readonly Unit[] {
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
    const unit = this.running('attempt');
    return unit.savepoints ? this.#attemptAlone(unit, work) : this.#attemptAtFirst(work);
  }

  /** Where it throws, whatever the unit does now is undone, and it is run again with savepoints. */
  #attemptAtFirst<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.#partFailed = true;
      throw error;
    }
  }

  #attemptAlone<T>(unit: Unit, work: () => T): T {
    const effects = unit.effects.length;
    const reverts = unit.reverts.length;
    this.#savepoint.run();
    try {
      const result = work();
      this.#release.run();
      return result;
    } catch (error) {
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK TO part; RELEASE part');
      unit.effects.length = effects;
      revert(unit, reverts);
      throw error;
    }
  }

  /**
   * Where a unit throws that has written, all is undone and the others have to begin anew without it. That is rare, while
   * under a savepoint for each unit SQLite would copy every page before it changes it.
   *
   * @param counting whether it can tell if a unit has written: not at first, as that costs each unit, and few throw.
   * @returns undefined when the others are to begin anew.
   */
  #try(batch: readonly Unit[], refused: Set<Unit>, counting: boolean): readonly Unit[] | undefined {
    const done: Unit[] = [];
    try {
      this.#begin.run();
      this.#number++;
      for (const unit of batch) {
        if (refused.has(unit)) continue;
        const before = counting ? this.#countChanges() : undefined;
        const failure = this.#run(unit);
        if (failure === undefined && !this.#partFailed) {
          done.push(unit);
          continue;
        }
        revert(unit);
        // Of a full disk, and where the whole transaction has ended, the batch fails and not the unit.
        if (failure && (isStoreFailure(failure.error) || !this.#sqlite.isTransaction)) throw failure.error;
        if (this.#partFailed) {
          unit.savepoints = true;
        } else if (failure && before !== undefined) {
          refused.add(unit);
          unit.reject(failure.error);
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

  /** Returns what the unit threw. */
  #run(unit: Unit): { readonly error: unknown } | undefined {
    unit.effects = [];
    unit.reverts = [];
    this.#running = unit;
    this.#partFailed = false;
    try {
      unit.result = unit.run();
      return undefined;
    } catch (error) {
      return { error };
    } finally {
      this.#running = undefined;
    }
  }

  #undo(done: readonly Unit[]): void {
    if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK');
    for (const unit of done.toReversed()) revert(unit);
  }

  /** Of rows, since the file was opened. */
  #countChanges(): unknown {
    return this.#changes.get()?.changes;
  }
}
