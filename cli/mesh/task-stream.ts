import type { StreamResponse, Task, TaskState } from '#shared/a2a/types.ts';
import { isTerminal, isWaitingForClient } from '#shared/tasks/state.ts';
import { MeshError, UnreachableError } from '../errors.ts';
import { isPassing, type Mesh } from './mesh.ts';
import { pause } from './pause.ts';

/** A mesh that was restarted has this long to come back, in milliseconds; its tasks are where they were. */
const PATIENCE = 60_000;

/** How a stream begins: with a message, or at a task that is there already. */
export type Beginning =
  | { readonly method: 'SendStreamingMessage'; readonly params: object }
  | { readonly method: 'SubscribeToTask'; readonly params: { readonly id: string } };

/** What happens to a task until it has ended or asks its client something, also across a restart of the mesh. */
export async function* taskStream(mesh: Mesh, agent: string, beginning: Beginning): AsyncIterable<StreamResponse> {
  let { method, params }: Beginning = beginning;
  let taskId = beginning.method === 'SubscribeToTask' ? beginning.params.id : undefined;
  let lastEventId: string | undefined;
  let lostAt: number | undefined;
  for (;;) {
    try {
      for await (const { id, result } of mesh.rpcStream(agent, method, params, { lastEventId })) {
        const response = result as StreamResponse;
        lostAt = undefined;
        lastEventId = id;
        taskId ??= taskIdOf(response);
        yield response;
        if (isSettled(response)) return;
      }
    } catch (error) {
      if (taskId === undefined) throw error;
      if (error instanceof MeshError && error.code === 'UNSUPPORTED_OPERATION') {
        yield { task: await getTask(mesh, agent, taskId) };
        return;
      }
      if (!(error instanceof UnreachableError) && !isPassing(error)) throw error;
    }
    // A stream may begin and end with a message that is no task.
    if (taskId === undefined) return;
    lostAt ??= Date.now();
    if (Date.now() - lostAt > PATIENCE) throw lost(taskId);
    await pause();
    [method, params] = ['SubscribeToTask', { id: taskId }];
  }
}

/** The mesh answers after its wait budget with the task as it stands; a command waits until the task itself is settled. */
export async function settledTask(mesh: Mesh, agent: string, task: Task): Promise<Task> {
  if (isSettledState(task.status.state)) return task;
  for await (const _ of taskStream(mesh, agent, { method: 'SubscribeToTask', params: { id: task.id } }));
  return getTask(mesh, agent, task.id);
}

export async function getTask(mesh: Mesh, agent: string, id: string): Promise<Task> {
  const { result } = await mesh.rpc(agent, 'GetTask', { id });
  return result as Task;
}

/** Whether nothing more happens before the client does something. */
export function isSettledState(state: TaskState): boolean {
  return isTerminal(state) || isWaitingForClient(state);
}

function isSettled(response: StreamResponse): boolean {
  if ('message' in response) return true;
  if ('task' in response) return isSettledState(response.task.status.state);
  return 'statusUpdate' in response && isSettledState(response.statusUpdate.status.state);
}

function taskIdOf(response: StreamResponse): string | undefined {
  if ('task' in response) return response.task.id;
  if ('statusUpdate' in response) return response.statusUpdate.taskId;
  if ('artifactUpdate' in response) return response.artifactUpdate.taskId;
  return undefined;
}

function lost(taskId: string): UnreachableError {
  return new UnreachableError(
    `The mesh has gone. Task ${taskId} goes on when it is back: npx starling tasks get ${taskId}`,
  );
}
