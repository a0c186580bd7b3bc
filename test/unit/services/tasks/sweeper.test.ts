import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#services/tasks/sweeper.ts';
import { EventPublisher } from '#shared/events/publisher.ts';
import type { EventBus } from '#shared/ports/event-bus.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { Ending, TaskStore } from '#shared/ports/task-store.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { firstTurn } from '#shared/tasks/transitions.ts';
import { newTask, noon } from '#test/support/task-events.ts';

const clock = { now: () => noon };

function overdue(): TaskRecord {
  return { ...firstTurn(newTask({ deadline: noon })), state: 'TASK_STATE_WORKING' };
}

describe('the sweeper', () => {
  let due: TaskRecord[];
  let ended: string[];
  let warned: string[];
  let recover: TaskStore['recover'];
  let fails: (taskId: string) => boolean;

  beforeEach(() => {
    due = [];
    ended = [];
    warned = [];
    recover = async () => 0;
    fails = () => false;
    const tasks: Pick<TaskStore, 'recover' | 'overdue' | 'end'> = {
      recover: (before) => recover(before),
      overdue: async (now, limit) =>
        due.filter(({ id, deadline }) => deadline <= now && !ended.includes(id)).slice(0, limit),
      end: async ({ taskId }: Ending) => {
        if (fails(taskId)) throw new Error(`${taskId} cannot be ended`);
        ended.push(taskId);
        return true;
      },
    };
    const runtime = {
      tasks,
      clock,
      publisher: new EventPublisher({} as EventBus, clock),
      metrics: { count: () => {} },
      log: { warn: (message: string) => void warned.push(message) },
    };
    provideRuntime(runtime as unknown as Runtime);
  });

  it('ends all whose deadline has passed, by pages', async () => {
    due = Array.from({ length: 250 }, overdue);
    await handler();
    expect(ended).toHaveLength(250);
  });

  it('has the store publish what it stored a minute ago and did not publish', async () => {
    const before: number[] = [];
    recover = async (time) => {
      before.push(time);
      return 2;
    };
    await handler();
    expect(before).toEqual([noon - 60_000]);
    expect(warned).toHaveLength(1);
  });

  it('ends the overdue also when nothing can be published, and fails then', async () => {
    due = [overdue()];
    recover = () => Promise.reject(new Error('no bus'));
    await expect(handler()).rejects.toThrow('no bus');
    expect(ended).toHaveLength(1);
  });

  it('ends the others where one cannot be ended, and tells of all failures', async () => {
    due = [overdue(), overdue(), overdue()];
    fails = (id) => id === due[0]?.id;
    await expect(handler()).rejects.toThrow('cannot be ended');
    expect(ended).toHaveLength(2);
    recover = () => Promise.reject(new Error('no bus'));
    await expect(handler()).rejects.toBeInstanceOf(AggregateError);
  });

  it('ends those of all pages where one of the first cannot be ended', async () => {
    due = Array.from({ length: 250 }, overdue);
    fails = (id) => id === due[7]?.id;
    await expect(handler()).rejects.toThrow('cannot be ended');
    expect(ended).toHaveLength(249);
  });

  it('gives up where none of a page can be ended', async () => {
    due = Array.from({ length: 250 }, overdue);
    fails = () => true;
    await expect(handler()).rejects.toBeInstanceOf(AggregateError);
    expect(ended).toEqual([]);
  });
});
