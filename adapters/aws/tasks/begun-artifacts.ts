import { createHash } from 'node:crypto';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { Began } from './fold-batch.ts';
import type { StoredTask } from './stored-task.ts';
import type { Item, Key, TaskTable } from './table.ts';

type Attempt = Pick<TaskRecord, 'id' | 'turn' | 'attempt'>;

/**
 * The ids of artifacts that an attempt has begun and that the state item has no room for. Each id has one item, with the
 * sequence of the event that began the artifact. They are written before the state item. An item of a write that lost to
 * another means nothing: its event is not folded yet, so no later event is folded either. The items expire with the task.
 */
export class BegunArtifacts {
  readonly #table: TaskTable;

  constructor(table: TaskTable) {
    this.#table = table;
  }

  async put({ task, expiresAt }: StoredTask, began: readonly Began[]): Promise<void> {
    const items = began.map(({ artifactId, turn, attempt, sequence }): Item => {
      return { ...keyOf({ id: task.id, turn, attempt }, artifactId), sequence, expiresAt };
    });
    await this.#table.putAll(items);
  }

  /** The sequences at which the attempt has begun these artifacts. Artifacts that it has not begun are left out. */
  async find(task: Attempt, artifactIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const ids = new Map(artifactIds.map((artifactId) => [keyOf(task, artifactId).sk, artifactId]));
    const items = await this.#table.getItems([...ids.keys()].map((sk) => ({ pk: task.id, sk })));
    return new Map(items.map(({ sk, sequence }) => [ids.get(sk) ?? '', Number(sequence)]));
  }
}

/** Sorts before the keys of the log, so a tail does not read these items. The hash gives ids of any length a short key. */
function keyOf({ id, turn, attempt }: Attempt, artifactId: string): Key {
  const hash = createHash('sha256').update(artifactId).digest('base64url');
  return { pk: id, sk: `artifact#${turn}#${attempt}#${hash}` };
}
