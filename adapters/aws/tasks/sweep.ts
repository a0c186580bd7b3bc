import type { TaskId } from '#shared/ids.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { inParallel } from '../batches.ts';
import type { TaskCreation } from './creation.ts';
import { type MadeTasks, timeOf } from './made-tasks.ts';
import { chunked, merged } from './merge.ts';
import type { TaskParts } from './parts.ts';
import { unpackRequest } from './request.ts';
import { SHARDS } from './shards.ts';
import { isListed, type StoredTask, sent } from './stored-task.ts';

export interface SweepOptions extends TaskParts {
  readonly made: MadeTasks;
  readonly creation: TaskCreation;
  readonly logger: Logger;
}

/** No queue delivers a message this often before it moves it to the dead-letter queue: SQS allows 1,000 receives. */
const ATTEMPTS = 1_000;
/** Milliseconds that the first sweep looks back. It is the longest deadline that a task may have. */
const HORIZON_MS = 86_400_000;
const CHUNK = 100;
const AT_ONCE = 16;
const MARK = { pk: 'sweep', sk: 'made' };

/**
 * The work of a sweeper. It looks at each task once when the task is a minute old, in the order of creation. For most
 * tasks this is all. A task that has not ended by then gets into the sparse index `watched`, with the time of the next
 * look.
 */
export class TaskSweep {
  readonly #parts: SweepOptions;

  constructor(parts: SweepOptions) {
    this.#parts = parts;
  }

  /**
   * Looks at the tasks that were made or changed before a time. Publishes the events that they failed to publish.
   * Reports failures after it has looked at all tasks. A task that fails stays watched.
   */
  async recover(before: number): Promise<number> {
    const { table, made } = this.#parts;
    const failures: unknown[] = [];
    let published = 0;
    const lookAt = async (ids: readonly TaskId[]) => {
      await inParallel(await table.getAllEventually(ids), AT_ONCE, async (stored) => {
        if (await this.#look(stored, before, failures)) published++;
      });
    };
    for await (const ids of chunked(this.#watched(before), CHUNK)) await lookAt(ids);
    const mark = await table.getItem(MARK);
    const since = mark === undefined ? before - HORIZON_MS : Number(mark.until);
    for await (const ids of chunked(made.oldest(since, before), CHUNK)) {
      await lookAt(ids);
      // If this run's time ends, the next run continues here.
      const last = ids.at(-1);
      if (ids.length === CHUNK && last !== undefined) await this.#setMark(timeOf(last));
    }
    if (since < before) await this.#setMark(before);
    if (failures.length > 0) throw failures[0];
    return published;
  }

  async overdue(now: number, limit: number): Promise<readonly TaskRecord[]> {
    const overdue: TaskRecord[] = [];
    for await (const ids of chunked(this.#watched(now), Math.min(limit, CHUNK))) {
      // The index may lag behind. A task with unsent events is in it at a time before its deadline.
      const tasks = (await this.#parts.table.getAll(ids)).map(({ task }) => task);
      overdue.push(...tasks.filter((task) => !isTerminal(task.state) && task.deadline <= now));
      if (overdue.length >= limit) break;
    }
    return overdue.sort((a, b) => a.deadline - b.deadline).slice(0, limit);
  }

  /** The tasks that are due before a time. The longest due come first. */
  async *#watched(until: number): AsyncIterable<TaskId> {
    const shards = Array.from({ length: SHARDS }, (_, shard) => this.#watchedOf(shard, until));
    for await (const { id } of merged(shards, (a, b) => a.due - b.due)) yield id;
  }

  async *#watchedOf(shard: number, until: number): AsyncIterable<{ readonly id: TaskId; readonly due: number }> {
    const pages = this.#parts.table.query({
      IndexName: 'watched',
      KeyConditionExpression: 'watch = :shard AND due <= :until',
      ExpressionAttributeValues: { ':shard': String(shard), ':until': until },
    });
    for await (const page of pages) for (const { pk, due } of page) yield { id: pk as TaskId, due: Number(due) };
  }

  /** @returns whether the task had something to publish, and it is published now. */
  async #look(stored: StoredTask, before: number, failures: unknown[]): Promise<boolean> {
    if (stored.unsent !== undefined) {
      // A turn or an end from a moment ago is being published now. The task is watched, and the sweeper looks at it
      // later.
      const { due, task } = stored;
      if (due !== undefined && due > before && due !== task.deadline) return false;
      return this.#publish(stored, before, failures);
    }
    await this.#parts.writer.change(stored, (current) => {
      const { task, due, unsent } = current;
      const isLookedAfter = isTerminal(task.state) || unsent !== undefined || due === task.deadline;
      if (isLookedAfter && isListed(current)) return { result: undefined };
      const next = isLookedAfter ? due : task.deadline;
      return { result: undefined, write: { stored: { ...current, due: next, isListed: true } } };
    });
    return false;
  }

  async #publish(unsent: StoredTask, before: number, failures: unknown[]): Promise<boolean> {
    // The task is watched first. So the sweeper looks at it again whatever happens, and at the others meanwhile.
    const decided = await this.#parts.writer.change(unsent, (current) => {
      if (current.unsent === undefined) return { result: undefined };
      const due = Math.min(current.due ?? before, before);
      return {
        result: current.unsent,
        write: { stored: { ...current, task: withNewAttempts(current.task), due, isListed: true } },
      };
    });
    if (decided?.result === undefined) return false;
    const { stored, result } = decided;
    try {
      const events = await this.#eventsOf(stored, result);
      if (events === undefined) return false;
      await this.#parts.outbox.publish(events);
      await this.#parts.writer.change(stored, (current) => ({
        result: undefined,
        ...(current.unsent === stored.unsent && { write: { stored: watchedForItsDeadline(current) } }),
      }));
      return true;
    } catch (error) {
      const { id, agentId } = stored.task;
      this.#parts.logger.error('what a task has to publish could not be published', { taskId: id, agentId, error });
      failures.push(error);
      return false;
    }
  }

  /** Undefined when nothing is to be published, because the creation was not completed. The task is deleted then. */
  async #eventsOf(stored: StoredTask, unsent: string): Promise<readonly BusEntry[] | undefined> {
    const { outbox, log, creation, clock } = this.#parts;
    const { task } = stored;
    const toSend = await outbox.read(task.id, unsent);
    if (toSend === undefined) {
      // A new task's items are written in no order, and its maker may have died in between. For any other write, the
      // log items come before the state item.
      if (task.position > 1)
        throw new Error(`task ${task.id} lacks the events of ${unsent}, which are to be published`);
      await creation.remove(stored);
      return undefined;
    }
    if ('events' in toSend) return toSend.events;
    const entries = await log.entries(task.id, 0);
    const at = entries.findLastIndex(({ kind, turn }) => kind === 'message' && turn === task.turn);
    const asked = entries[at];
    if (asked?.kind !== 'message') throw new Error(`the log of task ${task.id} lacks the message of its turn`);
    if (task.turn === 1) {
      // The task's maker may have crashed before it knew that the message had made no other task.
      const { owner, agentId } = task;
      const known = await creation.claim({ owner, agentId, messageId: asked.message.messageId }, task.id);
      if (known !== task.id) {
        await creation.remove(stored);
        return undefined;
      }
    }
    return [unpackRequest(toSend.request, task, entries.slice(0, at + 1), clock.now())];
  }

  async #setMark(until: number): Promise<void> {
    await this.#parts.table.putAll([{ ...MARK, until }]);
  }
}

/**
 * The agent may already have the request. The request that is published now begins its attempts above all earlier ones,
 * and so fences them. After an end the task has no request.
 */
function withNewAttempts(task: TaskRecord): TaskRecord {
  return isTerminal(task.state) ? task : { ...task, attemptBase: task.attemptBase + ATTEMPTS };
}

function watchedForItsDeadline(stored: StoredTask): StoredTask {
  const done = sent(stored);
  return isTerminal(done.task.state) ? done : { ...done, due: done.task.deadline };
}
