import type { StatementSync } from 'node:sqlite';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { Database } from './database.ts';

type Attempt = Pick<TaskRecord, 'turn' | 'attempt'>;

/**
 * The ids of artifacts that an attempt has begun and that the task's row has no room for. A row for each id, because the
 * ids in one row would be written again with each artifact. Use it only inside transactions.
 */
export class BegunArtifacts {
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: Database) {
    this.#insert = database.prepare(
      'INSERT OR REPLACE INTO task_artifacts (task, artifact, turn, attempt) VALUES (?, ?, ?, ?)',
    );
    this.#select = database.prepare(
      'SELECT 1 FROM task_artifacts WHERE task = ? AND artifact = ? AND turn = ? AND attempt = ?',
    );
    this.#forget = database.prepare('DELETE FROM task_artifacts WHERE task = ?');
  }

  add(row: number, { turn, attempt }: Attempt, artifactId: string): void {
    this.#insert.run(row, artifactId, turn, attempt);
  }

  has(row: number, { turn, attempt }: Attempt, artifactId: string): boolean {
    return this.#select.get(row, artifactId, turn, attempt) !== undefined;
  }

  /** Removes the ids of a task that has ended. */
  forget(row: number): void {
    this.#forget.run(row);
  }
}
