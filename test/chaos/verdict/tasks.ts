import type { Task } from '#shared/a2a/types.ts';
import type { AdminTask, AdminTasks } from '#shared/admin/schemas.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import type { A2AClient } from '../a2a-client.ts';
import type { Call } from '../ledger.ts';
import { untilAnswered } from '../retry.ts';
import { logProblem, outputProblem, retoldProblem } from './log.ts';
import { forEach } from './parallel.ts';

/** Requests of the verdict at the same time. */
const WORKERS = 12;

export interface TaskFigures {
  readonly tasks: number;
  /** Of which the agent was asked more than once. */
  readonly attemptedAgain: number;
}

/**
 * Each message has made one task; each task has ended as it should, its log has no gaps, its output is that of one
 * attempt, whole and in order; and nothing that a client was told has changed.
 */
export async function judgeTasks(client: A2AClient, calls: readonly Call[], problems: string[]): Promise<TaskFigures> {
  const stored = await storedTasks(client);
  for (const { messageId, taskIds } of calls) {
    for (const id of taskIds) if (!stored.delete(id)) problems.push(`${messageId}: task ${id} is lost`);
  }
  for (const id of stored) {
    const { task } = (await (await untilAnswered(() => client.admin(`/admin/tasks/${id}`))).json()) as AdminTask;
    problems.push(`the task ${id} is a second one of the message ${task.history?.[0]?.messageId}`);
  }
  let attemptedAgain = 0;
  await forEach(calls, WORKERS, async (call) => {
    const [id, ...others] = call.taskIds;
    if (id === undefined) return;
    if (others.length > 0) problems.push(`${call.messageId} made the tasks ${[id, ...others].join(', ')}`);
    const response = await untilAnswered(() => client.admin(`/admin/tasks/${id}`));
    const found = (await response.json()) as AdminTask;
    if (found.record === undefined) return;
    if (found.record.attempt > 1) attemptedAgain++;
    const problem =
      endProblem(call, found) ?? logProblem(found.log) ?? (await contentProblem(client, call, found.task));
    if (problem !== undefined) problems.push(`${call.messageId}, task ${id}: ${problem}`);
  });
  return { tasks: calls.length, attemptedAgain };
}

async function storedTasks(client: A2AClient): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const query: string = `/admin/tasks?limit=100${cursor && `&cursor=${cursor}`}`;
    const page = (await (await untilAnswered(() => client.admin(query))).json()) as AdminTasks;
    for (const { id } of page.tasks) ids.add(id);
    cursor = page.next;
  }
  return ids;
}

function endProblem(call: Call, { task }: AdminTask): string | undefined {
  const { state } = task.status;
  if (!isTerminal(state)) return `it has not ended (${state})`;
  if (call.canceled && state !== 'TASK_STATE_CANCELED') return `its cancel was acknowledged, and it is ${state}`;
  const expected = call.agent === 'stubborn' ? 'TASK_STATE_FAILED' : 'TASK_STATE_COMPLETED';
  if (state !== expected && state !== 'TASK_STATE_CANCELED')
    return `it has ended with ${state}: ${JSON.stringify(task.status)}`;
  if (state === 'TASK_STATE_CANCELED' && !call.messageId.startsWith('c-')) return 'it was canceled by nobody';
  if (call.ended !== undefined && !isSame(call.ended, task)) {
    return `its client was told ${JSON.stringify(call.ended)}, and now it is ${JSON.stringify(task)}`;
  }
  return undefined;
}

/** Members that one of two answers may leave out (such as the history) are not compared. */
function isSame(told: Task, now: Task): boolean {
  return JSON.stringify([told.status, told.artifacts]) === JSON.stringify([now.status, now.artifacts]);
}

async function contentProblem(client: A2AClient, call: Call, task: Task): Promise<string | undefined> {
  const output = outputProblem(call, task);
  if (output !== undefined) return output;
  const counts = call.agent === 'narrator' || call.agent === 'stumbler';
  if (!counts) return undefined;
  const told = new Map<number, string>();
  for await (const { position, response } of client.stream(call.agent, 'SubscribeToTask', { id: task.id }, 1)) {
    if (!('task' in response)) told.set(position, JSON.stringify(response));
  }
  return retoldProblem(call, told);
}
