import type { DatabaseSync, StatementSync } from 'node:sqlite';
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
   * @returns those that did their work.
   * @throws when nothing of the batch happened.
   */
  commit(batch: readonly Unit[]): readonly Unit[] {
    const refused = new Set<Unit>();
    for (;;) {
      const done = this.#try(batch, refused);
      if (done) return done;
    }
  }

  /** Undoes what `work` did when it throws, and rethrows. */
  attempt<T>(work: () => T): T {
    const unit = this.running('attempt');
    const effects = unit.effects.length;
    const reverts = unit.reverts.length;
    this.#savepoint.run();
    try {
      const result = work();
      this.#release.run();
      return result;
    } catch (error) {
      this.#sqlite.exec('ROLLBACK TO part; RELEASE part');
      unit.effects.length = effects;
      revert(unit, reverts);
      throw error;
    }
  }

  /**
   * Where a unit throws that has written, all is undone and the others have to begin anew without it. That is rare, while
   * under a savepoint for each unit SQLite would copy every page before it changes it.
   *
   * @returns undefined when the others are to begin anew.
   */
  #try(batch: readonly Unit[], refused: Set<Unit>): readonly Unit[] | undefined {
    const done: Unit[] = [];
    try {
      this.#begin.run();
      this.#number++;
      for (const unit of batch) {
        if (refused.has(unit)) continue;
        const before = this.#countChanges();
        try {
          this.#run(unit);
          done.push(unit);
        } catch (error) {
          revert(unit);
          // A full disk may have ended the whole transaction; then the batch fails, not the unit.
          if (!this.#sqlite.isTransaction) throw error;
          refused.add(unit);
          unit.reject(error);
          if (this.#countChanges() === before) continue;
          this.#undo(done);
          return undefined;
        }
      }
      this.#commit.run();
      return done;
    } catch (error) {
      this.#undo(done);
      throw error;
    }
  }

  #run(unit: Unit): void {
    unit.effects = [];
    unit.reverts = [];
    this.#running = unit;
    try {
      unit.result = unit.run();
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
