import type { TaskId } from '#shared/ids.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { Created, NewTask } from '#shared/ports/task-store.ts';
import { firstTurn } from '#shared/tasks/transitions.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { AwsError } from '../errors.ts';
import { layOut } from './layout.ts';
import { madeItem, madeKey } from './made-tasks.ts';
import { type MessageKey, messageHash, type RecentMessages } from './messages.ts';
import type { TaskParts } from './parts.ts';
import { messageEntry, packRequest } from './request.ts';
import { newVersion, STATE, type StoredTask, toItem } from './stored-task.ts';

/** Milliseconds: a deadline that may pass before the sweeper looks at the task for the first time. */
const SOON = 150_000;

export interface CreationOptions extends TaskParts {
  readonly messages: RecentMessages;
  readonly logger: Logger;
  /** Milliseconds after its creation at which a task is deleted. */
  readonly retentionMs: number;
}

/**
 * Makes tasks: first the task with its request, unsent; then the claim that its message made no other; then the request
 * on the bus; then the note that it is there. Where a crash comes between, the sweeper goes on from there.
 */
export class TaskCreation {
  readonly #parts: CreationOptions;

  constructor(parts: CreationOptions) {
    this.#parts = parts;
  }

  async create(fresh: NewTask): Promise<Created> {
    const { table, log, outbox } = this.#parts;
    const task = firstTurn(fresh);
    const entry = messageEntry(fresh.request, task);
    const layout = layOut(this.#unwritten(task, fresh), [entry], { request: packRequest(fresh.request) });
    const { stored } = layout;
    const logItems = await log.itemsOf(stored, layout.items);
    let isPublishing = false;
    try {
      // Nobody knows of the task yet, so these need no order and no condition.
      await table.putAll([toItem(stored), madeItem(stored), ...logItems]);
      const known = await this.claim(fresh, task.id);
      if (known !== task.id) {
        await this.remove(stored);
        return { created: false, taskId: known };
      }
      isPublishing = true;
      await outbox.publish([fresh.request]);
    } catch (error) {
      if (!isPublishing || !mayBeOut(error)) await this.#takeBack(fresh, stored);
      throw error;
    }
    await outbox.clearSoon(stored);
    return { created: true, task, entry };
  }

  /** The task that the message made: this one, unless there is another. */
  async claim(message: MessageKey, id: TaskId): Promise<TaskId> {
    for (let gone: TaskId | undefined; ; ) {
      const known = await this.#parts.messages.claim(message, id, gone);
      if (known === id || (await this.#relyOn(known))) return known;
      gone = known;
    }
  }

  /**
   * Sees to it that a task stays whose id is going to be told: one that is still being made is written anew, and whoever
   * makes it cannot take it back then. False where it was taken back.
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

  /** Not where somebody else has come to know of the task: then it is left to the sweeper, as after a crash. */
  async #takeBack(message: MessageKey, { task, version }: StoredTask): Promise<void> {
    const { table, messages, logger } = this.#parts;
    try {
      if (!(await table.deleteWhere({ pk: task.id, sk: STATE }, 'version', version))) return;
      await messages.release(message, task.id);
      await table.deleteAll([madeKey(task)]);
    } catch (error) {
      logger.warn('a task that could not be made is left to the sweeper', { taskId: task.id, error });
    }
  }

  /** Takes a task away that nobody knows of. Log items mean nothing without it, and expire. */
  remove({ task }: Pick<StoredTask, 'task'>): Promise<void> {
    return this.#parts.table.deleteAll([{ pk: task.id, sk: STATE }, madeKey(task)]);
  }

  #unwritten(task: TaskRecord, { messageId }: NewTask): StoredTask {
    const { clock, retentionMs } = this.#parts;
    return {
      task,
      version: newVersion(),
      entries: undefined,
      log: undefined,
      unsent: undefined,
      messages: messageHash(messageId),
      parked: false,
      due: task.deadline - task.createdAt < SOON ? task.deadline : undefined,
      expiresAt: Math.ceil((clock.now() + retentionMs) / 1_000),
    };
  }
}

/** Whether the bus may have the event although there was no answer that says so. */
function mayBeOut(error: unknown): boolean {
  return error instanceof AwsError && (error.code === 'AWS_UNREACHABLE' || error.code === 'AWS_FAILED');
}
