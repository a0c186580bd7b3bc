import type { StreamResponse, Task } from '#shared/a2a/types.ts';
import { turnHasEnded } from '#shared/tasks/state.ts';
import { MeshError, UnreachableError } from '../errors.ts';
import type { Io } from '../io.ts';
import { isPassing, type Mesh } from './mesh.ts';

/** A mesh that restarts has this long to come back. Its tasks survive the restart. */
const PATIENCE_MS = 60_000;

/** Between two tries to reach the mesh. It is short, because a restart takes about a second. */
export const RETRY_AFTER_MS = 500;

/** The method that opens the stream: with a message, or at a task that exists. */
export type Beginning =
  | { readonly method: 'SendStreamingMessage'; readonly params: object }
  | { readonly method: 'SubscribeToTask'; readonly params: { readonly id: string } };

type Timing = Pick<Io, 'clock' | 'sleep'>;

/**
 * Yields what happens to a task until the task has ended or asks its client for more. It survives a restart of the mesh.
 *
 * @throws UnreachableError when the mesh does not come back within a minute
 */
export async function* taskStream(
  mesh: Mesh,
  agent: string,
  beginning: Beginning,
  { clock, sleep }: Timing,
): AsyncIterable<StreamResponse> {
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
        // The task has ended, so there is nothing to subscribe to.
        yield { task: await getTask(mesh, agent, taskId) };
        return;
      }
      if (!(error instanceof UnreachableError) && !isPassing(error)) throw error;
    }
    // A stream without a task is one message of the agent.
    if (taskId === undefined) return;
    lostAt ??= clock.now();
    if (clock.now() - lostAt > PATIENCE_MS) throw lost(taskId);
    await sleep(RETRY_AFTER_MS);
    [method, params] = ['SubscribeToTask', { id: taskId }];
  }
}

/** Waits until a task has ended or asks its client for more. The mesh itself answers earlier, when its wait budget ends. */
export async function settledTask(mesh: Mesh, agent: string, task: Task, timing: Timing): Promise<Task> {
  if (turnHasEnded(task.status.state)) return task;
  const beginning: Beginning = { method: 'SubscribeToTask', params: { id: task.id } };
  for await (const _ of taskStream(mesh, agent, beginning, timing));
  return getTask(mesh, agent, task.id);
}

export async function getTask(mesh: Mesh, agent: string, id: string): Promise<Task> {
  const { result } = await mesh.rpc(agent, 'GetTask', { id });
  return result as Task;
}

function isSettled(response: StreamResponse): boolean {
  if ('message' in response) return true;
  if ('task' in response) return turnHasEnded(response.task.status.state);
  return 'statusUpdate' in response && turnHasEnded(response.statusUpdate.status.state);
}

function taskIdOf(response: StreamResponse): string | undefined {
  if ('task' in response) return response.task.id;
  if ('statusUpdate' in response) return response.statusUpdate.taskId;
  if ('artifactUpdate' in response) return response.artifactUpdate.taskId;
  return undefined;
}

function lost(taskId: string): UnreachableError {
  return new UnreachableError(
    `The mesh no longer answers. Task ${taskId} continues when the mesh is back. See it with: npx starling tasks get ${taskId}`,
  );
}
