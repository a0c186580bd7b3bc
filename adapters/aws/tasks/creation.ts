import type { TaskId } from '#shared/ids.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { Created, NewTask } from '#shared/ports/task-store.ts';
import { firstTurn } from '#shared/tasks/transitions.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { AwsError } from '../errors.ts';
import { madeItem, madeKey } from './made-tasks.ts';
import { type MessageKey, messageHash, type RecentMessages } from './messages.ts';
import type { TaskParts } from './parts.ts';
import { planWrite } from './plan-write.ts';
import { messageEntry, packRequest } from './request.ts';
import type { SentNotes } from './sent-notes.ts';
import { newVersion, STATE, type StoredTask, toItem } from './stored-task.ts';

/** A deadline this soon may pass before the sweeper looks at the task for the first time. */
const SOON_MS = 150_000;

export interface CreationOptions extends TaskParts {
  readonly messages: RecentMessages;
  readonly notes: SentNotes;
  readonly logger: Logger;
  /** Milliseconds after its creation at which a task is deleted. */
  readonly retentionMs: number;
}

/**
 * Makes tasks. It writes the task with its unsent request, claims the message, publishes the request, and notes that the request
 * is sent. After a crash in between, the sweeper continues.
 */
export class TaskCreation {
  readonly #parts: CreationOptions;

  constructor(parts: CreationOptions) {
    this.#parts = parts;
  }

  async create(fresh: NewTask): Promise<Created> {
    const { table, log, outbox, notes } = this.#parts;
    const task = firstTurn(fresh);
    const entry = messageEntry(fresh.request, task);
    const plan = planWrite(this.#unwritten(task, fresh), [entry], { request: packRequest(fresh.request) });
    const { stored } = plan;
    const logItems = await log.itemsOf(stored, plan.items);
    let isPublishing = false;
    try {
      // Nobody knows the task yet, so these items need no order and no condition.
      await table.putAll([toItem(stored), madeItem(stored), ...logItems]);
      const known = await this.claim(fresh, task.id);
      if (known !== task.id) {
        await this.remove(stored);
        return { created: false, taskId: known };
      }
      isPublishing = true;
      await outbox.publish([fresh.request]);
    } catch (error) {
      if (!isPublishing || !mayBeOut(error)) await this.#rollBack(fresh, stored);
      throw error;
    }
    if (fresh.isFollowed) notes.later(stored);
    else await outbox.clearSoon(stored);
    return { created: true, task, entry };
  }

  /** Returns the task that the message made: this one, unless the message made another one before. */
  async claim(message: MessageKey, id: TaskId): Promise<TaskId> {
    for (let gone: TaskId | undefined; ; ) {
      const known = await this.#parts.messages.claim(message, id, gone);
      if (known === id || (await this.#relyOn(known))) return known;
      gone = known;
    }
  }

  /**
   * Makes sure that a task stays before its id is told. A task that is still unsent gets a new version, so its maker can no longer
   * roll it back. Returns false if the task was rolled back already.
   */
  async #relyOn(id: TaskId): Promise<boolean> {
    const { table, writer } = this.#parts;
    const stored = await table.get(id);
    const decided =
      stored &&
      (await writer.change(stored, (current) => ({
        result: undefined,
        ...(current.unsent !== undefined && { write: { stored: current } }),
      })));
    return decided !== undefined;
  }

  /** Deletes the task unless somebody else knows it by now. The sweeper then continues, as after a crash. */
  async #rollBack(message: MessageKey, { task, version }: StoredTask): Promise<void> {
    const { table, messages, logger } = this.#parts;
    try {
      if (!(await table.deleteWhere({ pk: task.id, sk: STATE }, 'version', version))) return;
      await messages.release(message, task.id);
      await table.deleteAll([madeKey(task)]);
    } catch (error) {
      logger.warn('a task that could not be made is left to the sweeper', { taskId: task.id, error });
    }
  }

  /** Deletes a task that nobody knows. Its log items mean nothing without it, and expire. */
  remove({ task }: Pick<StoredTask, 'task'>): Promise<void> {
    return this.#parts.table.deleteAll([{ pk: task.id, sk: STATE }, madeKey(task)]);
  }

  #unwritten(task: TaskRecord, { messageId, isFollowed = false }: NewTask): StoredTask {
    const { clock, retentionMs } = this.#parts;
    return {
      task,
      version: newVersion(),
      entries: undefined,
      log: undefined,
      unsent: undefined,
      messages: messageHash(messageId),
      parked: undefined,
      // The note that the request is sent, or the agent's first event, lists it.
      isListed: !isFollowed,
      due: task.deadline - task.createdAt < SOON_MS ? task.deadline : undefined,
      expiresAt: Math.ceil((clock.now() + retentionMs) / 1_000),
    };
  }
}

/** Whether the bus may have the event although it did not confirm it. */
function mayBeOut(error: unknown): boolean {
  return error instanceof AwsError && (error.code === 'AWS_UNREACHABLE' || error.code === 'AWS_FAILED');
}
