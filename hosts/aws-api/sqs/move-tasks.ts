import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#shared/ports/clock.ts';
import type { HostedQueues, MadeResource, MadeResources, Moved } from '#shared/ports/control-plane.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { Mutex } from '../mutex.ts';
import { limits } from '../reference/limits.ts';
import { NON_EXISTENT_QUEUE } from './errors.ts';

export interface MoveTask {
  readonly id: string;
  /** The names of queues. */
  readonly source: string;
  /** Absent: each message returns to the queue whose dead letter it is. */
  readonly destination?: string;
  readonly maxPerSecond?: number;
  readonly status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  readonly failureReason?: string;
  readonly moved: number;
  /** The visible messages of the source when the task started. */
  readonly toMove: number;
  /** The task moves no message that arrived after its start. Otherwise a message that fails again would move for ever. */
  readonly mark: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export interface MoveTasksOptions {
  readonly queue: HostedQueues;
  readonly made: MadeResources;
  readonly clock: Clock;
  readonly log: Logger;
}

const { listedTasks, runningTasksPerSource } = limits.sqs;
/** Messages of one transaction. Calls wait while it runs. */
const MAX_PER_STEP = 100;
const SECOND_MS = 1000;

const reasons: Readonly<Record<NonNullable<Moved['problem']>, string>> = {
  unknownSource: 'CouldNotDetermineMessageSource',
  missingQueue: NON_EXISTENT_QUEUE,
};

/** Moves dead letters in the background. A task is stored before it runs, and goes on after a restart. */
export class MoveTasks {
  readonly #queue: HostedQueues;
  readonly #made: MadeResources;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #tasks = new Map<string, MoveTask>();
  readonly #changes = new Mutex();
  readonly #stop = new AbortController();

  constructor({ queue, made, clock, log }: MoveTasksOptions) {
    this.#queue = queue;
    this.#made = made;
    this.#clock = clock;
    this.#log = log;
  }

  /** Goes on with the tasks of the last process. Call it after the queues exist. */
  async restore(): Promise<void> {
    for (const { definition } of await this.#made.all('move-task')) {
      const task = JSON.parse(definition) as MoveTask;
      this.#tasks.set(task.id, task);
      if (task.status === 'RUNNING') void this.#run(task.id);
    }
  }

  /** Stops the work. The next start goes on with it. */
  stop(): void {
    this.#stop.abort();
  }

  get(id: string): MoveTask | undefined {
    return this.#tasks.get(id);
  }

  /** The tasks of a source, the newest first. */
  of(source: string): readonly MoveTask[] {
    return [...this.#tasks.values()]
      .filter((task) => task.source === source)
      .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
  }

  /** Starts a task. Returns undefined when a task of this source runs. */
  start(options: Pick<MoveTask, 'source' | 'destination' | 'maxPerSecond'>): Promise<MoveTask | undefined> {
    return this.#changes.run(async () => {
      const others = this.of(options.source);
      const running = others.filter(({ status }) => status === 'RUNNING');
      if (running.length >= runningTasksPerSource) return undefined;
      const { visible, mark } = await this.#queue.backlog(options.source);
      const now = this.#clock.now();
      // Tasks of one source start at different times, so that their order is certain.
      const startedAt = Math.max(now, (others[0]?.startedAt ?? 0) + 1);
      const task: MoveTask = {
        ...options,
        id: randomUUID(),
        status: 'RUNNING',
        moved: 0,
        toMove: visible,
        mark,
        startedAt,
      };
      await this.#put(task);
      for (const old of others.slice(listedTasks - 1)) await this.#forget(old);
      void this.#run(task.id);
      return task;
    });
  }

  /** Cancels a running task. Returns undefined when the task does not run. Messages that moved stay where they are. */
  cancel(id: string): Promise<MoveTask | undefined> {
    return this.#changes.run(async () => {
      const task = this.#tasks.get(id);
      if (task?.status !== 'RUNNING') return undefined;
      const cancelled: MoveTask = { ...task, status: 'CANCELLED' };
      await this.#put(cancelled);
      return cancelled;
    });
  }

  /** Forgets the tasks of a source that is deleted. */
  async forget(source: string): Promise<void> {
    for (const task of this.of(source)) await this.#changes.run(() => this.#forget(task));
  }

  async #run(id: string): Promise<void> {
    for (;;) {
      const task = this.#tasks.get(id);
      if (task?.status !== 'RUNNING' || this.#stop.signal.aborted) return;
      try {
        await this.#step(task);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#log.warn('A move task of dead letters failed and tries again.', { source: task.source, error });
        await this.#pause();
      }
      if (task.maxPerSecond !== undefined) await this.#pause();
    }
  }

  /** Moves the messages of one second, or of one transaction when the task has no rate. */
  async #step({ id, maxPerSecond = MAX_PER_STEP }: MoveTask): Promise<void> {
    for (let left = maxPerSecond; left > 0 && this.#tasks.get(id)?.status === 'RUNNING'; ) {
      left -= await this.#move(id, Math.min(left, MAX_PER_STEP));
    }
  }

  /** Moves at most `max` messages of a running task. Returns their number. */
  #move(id: string, max: number): Promise<number> {
    return this.#changes.run(async () => {
      const task = this.#tasks.get(id);
      if (task?.status !== 'RUNNING') return 0;
      const { source, destination, mark } = task;
      if (this.#queue.settings(source) === undefined) {
        await this.#put(after(task, { moved: 0, problem: 'missingQueue' }));
        return 0;
      }
      let changed = task;
      const { moved } = await this.#queue.move(source, {
        ...(destination !== undefined && { destination }),
        mark,
        max,
        // With the move, so that a process that ends in between has counted what it moved.
        record: (moved) => {
          changed = after(task, moved);
          this.#made.putWithin('move-task', resourceOf(changed));
        },
      });
      this.#tasks.set(id, changed);
      return moved;
    });
  }

  async #put(task: MoveTask): Promise<void> {
    await this.#made.put('move-task', resourceOf(task));
    this.#tasks.set(task.id, task);
  }

  async #forget({ id }: MoveTask): Promise<void> {
    await this.#made.delete('move-task', id);
    this.#tasks.delete(id);
  }

  async #pause(): Promise<void> {
    // An abort ends the pause. The loop then ends too.
    await sleep(SECOND_MS, undefined, { signal: this.#stop.signal, ref: false }).catch(() => {});
  }
}

/** The task after a step that moved some messages. A step that moves none completes it. */
function after(task: MoveTask, { moved, problem }: Moved): MoveTask {
  const counted = { ...task, moved: task.moved + moved };
  if (problem !== undefined) return { ...counted, status: 'FAILED', failureReason: reasons[problem] };
  return moved === 0 ? { ...counted, status: 'COMPLETED' } : counted;
}

function resourceOf(task: MoveTask): MadeResource {
  return { name: task.id, definition: JSON.stringify(task) };
}
