import type { TaskId } from '#shared/ids.ts';
import { TaskExpiresError, TurnConflictError } from '#shared/ports/errors.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { Ending, NextTurn } from '#shared/ports/task-store.ts';
import { isTerminal, isWaitingForClient } from '#shared/tasks/state.ts';
import { endedBy, nextTurn } from '#shared/tasks/transitions.ts';
import { messageHash } from './messages.ts';
import type { TaskParts } from './parts.ts';
import { messageEntry, packRequest } from './request.ts';
import type { StoredTask } from './stored-task.ts';
import type { Decision } from './writer.ts';

/** The number of newest turns whose messages a task recognises when they come again. */
const KNOWN_MESSAGES = 20;

/** The changes that clients and the sweeper make: the next turn, and an end from outside. */
export class TaskTurns {
  readonly #parts: TaskParts;

  constructor(parts: TaskParts) {
    this.#parts = parts;
  }

  /**
   * A turn is written before its request is published, and readers may have seen it. If the bus refuses the request,
   * the turn stays. The sweeper tries again, and the deadline ends the turn.
   */
  async begin(turn: NextTurn): Promise<TaskRecord> {
    const { writer, outbox } = this.#parts;
    const message = messageHash(turn.messageId);
    const decided = await writer.change(await this.#mustFind(turn.taskId), (stored): Decision<{ begun: boolean }> => {
      const { task, messages, expiresAt } = stored;
      const known = messages.split(' ');
      if (known.includes(message)) return { result: { begun: false } };
      if (task.turn !== turn.after || !isWaitingForClient(task.state)) throw new TurnConflictError(task.id, task.state);
      // All items of a task expire together, at a time that was set with the first item.
      if (turn.deadline > expiresAt * 1_000) throw new TaskExpiresError(task.id);
      const next = nextTurn(task, turn);
      return {
        result: { begun: true },
        write: {
          stored: {
            ...stored,
            task: next,
            messages: [...known, message].slice(-KNOWN_MESSAGES).join(' '),
            // The request is unsent, so the sweeper looks at the task from now on.
            due: Math.min(turn.deadline, this.#parts.clock.now()),
          },
          entries: [messageEntry(turn.request, next)],
          outbox: { request: packRequest(turn.request) },
        },
      };
    });
    if (decided === undefined) throw notThere(turn.taskId);
    const { result, stored } = decided;
    if (result.begun) {
      await outbox.publish([turn.request]);
      await outbox.clearSoon(stored);
    }
    return stored.task;
  }

  async end({ taskId, status, events }: Ending): Promise<boolean> {
    const { writer, outbox, clock } = this.#parts;
    const decided = await writer.change(
      await this.#mustFind(taskId),
      (stored): Decision<readonly BusEntry[] | undefined> => {
        const { task } = stored;
        if (isTerminal(task.state)) return { result: undefined };
        const { task: ended, entry } = endedBy(status, task);
        const published = events(ended);
        const after: StoredTask = { ...stored, task: ended, unsent: undefined, due: undefined };
        if (published.length === 0) return { result: [], write: { stored: after, entries: [entry] } };
        return {
          result: published,
          write: { stored: { ...after, due: clock.now() }, entries: [entry], outbox: { events: published } },
        };
      },
    );
    if (decided === undefined) throw notThere(taskId);
    const { result, stored } = decided;
    if (result === undefined) return false;
    if (result.length > 0) await outbox.sendSoon(stored, result);
    return true;
  }

  async #mustFind(id: TaskId): Promise<StoredTask> {
    const found = await this.#parts.table.get(id);
    if (found === undefined) throw notThere(id);
    return found;
  }
}

function notThere(id: string): Error {
  return new Error(`task ${id} does not exist`);
}
