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

/** Seconds for which a message that made a task makes no other. */
const WINDOW_SECONDS = 3_600;

/** Which task each message of the last hour made: an item a message, under the hash of its key. */
export class RecentMessages {
  readonly #table: TaskTable;
  readonly #clock: Clock;

  constructor(table: TaskTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /**
   * The task that the message made: this one, unless there is another.
   *
   * @param gone the other that was found before, and is there no more
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

  /** The task was not made after all. */
  async release(message: MessageKey, taskId: TaskId): Promise<void> {
    await this.#table.deleteWhere(keyOf(message), 'taskId', taskId);
  }
}

/** The message as a task remembers it among its own: 64 bits. */
export function messageHash(messageId: string): string {
  return createHash('sha256').update(messageId).digest('base64url').slice(0, 11);
}

/** Of any length and any characters, a client's ids make a key of one length that no other message has. */
function keyOf({ owner, agentId, messageId }: MessageKey): Key {
  const text = JSON.stringify([owner, agentId, messageId]);
  return { pk: `message#${createHash('sha256').update(text).digest('base64url')}`, sk: 'message' };
}
