import { createHash } from 'node:crypto';
import type { TaskId } from '#shared/ids.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Key, TaskTable } from './table.ts';

/** One message of a client to an agent. */
export interface MessageKey {
  readonly owner: string;
  readonly agentId: string;
  readonly messageId: string;
}

/** Seconds for which a message that made a task cannot make another one. */
const WINDOW_SECONDS = 3_600;

/** The task that each message of the last hour made. Each message has one item, under the hash of its key. */
export class RecentMessages {
  readonly #table: TaskTable;
  readonly #clock: Clock;

  constructor(table: TaskTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /**
   * Returns the task that the message made: this one, unless the message made another one before.
   *
   * @param gone the other task that was found before, and does not exist any more
   */
  async claim(message: MessageKey, taskId: TaskId, gone?: TaskId): Promise<TaskId> {
    const key = keyOf(message);
    for (;;) {
      const now = this.#clock.now() / 1_000;
      const claimed = await this.#table.putWhere({
        Item: { ...key, taskId, expiresAt: Math.ceil(now) + WINDOW_SECONDS },
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now OR taskId IN (:taskId, :gone)',
        ExpressionAttributeValues: { ':now': now, ':taskId': taskId, ':gone': gone ?? taskId },
      });
      if (claimed) return taskId;
      const known = await this.#table.getItem(key);
      if (known !== undefined) return known.taskId as TaskId;
    }
  }

  /** Lets the message make a task again, because this task's creation was rolled back. */
  async release(message: MessageKey, taskId: TaskId): Promise<void> {
    await this.#table.deleteWhere(keyOf(message), 'taskId', taskId);
  }
}

/** The hash by which a task remembers its messages: about 64 bits. */
export function messageHash(messageId: string): string {
  return createHash('sha256').update(messageId).digest('base64url').slice(0, 11);
}

/**
 * A client's ids have any length and any characters. The hash makes a key of fixed length that no other message has.
 */
function keyOf({ owner, agentId, messageId }: MessageKey): Key {
  const text = JSON.stringify([owner, agentId, messageId]);
  return { pk: `message#${createHash('sha256').update(text).digest('base64url')}`, sk: 'message' };
}
