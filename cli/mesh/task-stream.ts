import type { StreamResponse, Task } from '#shared/a2a/types.ts';
import { turnHasEnded } from '#shared/tasks/state.ts';
import { MeshError } from '../errors.ts';
import { isPassing, type Mesh } from './mesh.ts';
import { Patience, persistently, type Waiting } from './patience.ts';

/** One response of a stream, with the id by which the stream resumes after it. */
interface Streamed {
  readonly id: string;
  readonly result: unknown;
}

/** Opens the stream of a task. */
export type OpenStream = (lastEventId: string | undefined) => AsyncIterable<Streamed>;

export interface TaskStream {
  /** Opens the stream. Before the first event it is called again after the connection was lost. */
  readonly open: OpenStream;
  /** Opens the stream of the task again. */
  readonly reopen: (taskId: string, lastEventId: string | undefined) => AsyncIterable<Streamed>;
  /** Gets the task when it has no stream any more. */
  readonly get: (taskId: string) => Promise<Task>;
}

/** Sends a message and streams its task. The same message makes one task only, so it is sent again after a lost connection. */
export function sentMessage(mesh: Mesh, agent: string, params: object, waiting: Waiting): TaskStream {
  const { signal } = waiting;
  return {
    open: () => mesh.rpcStream(agent, 'SendStreamingMessage', params, { signal }),
    ...subscription(mesh, agent, waiting),
  };
}

function subscription(mesh: Mesh, agent: string, waiting: Waiting): Omit<TaskStream, 'open'> {
  const { signal } = waiting;
  return {
    reopen: (id, lastEventId) => mesh.rpcStream(agent, 'SubscribeToTask', { id }, { lastEventId, signal }),
    get: (id) => getTask(mesh, agent, id, waiting),
  };
}

/**
 * Yields what happens to a task until the task has ended or asks its client for more. It survives a restart of the mesh.
 *
 * @param taskId the task, if it is known before the stream begins
 * @throws UnreachableError when the mesh does not come back within a minute
 */
export async function* taskStream(
  mesh: Mesh,
  { open, reopen, get }: TaskStream,
  waiting: Waiting,
  taskId?: string,
): AsyncIterable<StreamResponse> {
  const patience = new Patience(waiting);
  let known = taskId;
  let lastEventId: string | undefined;
  for (;;) {
    let lost: unknown;
    try {
      const stream = known === undefined || lastEventId === undefined ? open(undefined) : reopen(known, lastEventId);
      for await (const { id, result } of stream) {
        const response = result as StreamResponse;
        patience.answered();
        lastEventId = id;
        known ??= taskIdOf(response);
        yield response;
        if (isSettled(response)) return;
      }
    } catch (error) {
      if (known !== undefined && error instanceof MeshError && error.code === 'UNSUPPORTED_OPERATION') {
        // The task has ended, so there is nothing to subscribe to.
        yield { task: await get(known) };
        return;
      }
      const mayPass = patience.outlasts(error) || (known !== undefined && isPassing(error));
      if (!mesh.reached || !mayPass) throw error;
      lost = error;
    }
    // A stream without a task is one message of the agent.
    if (lost === undefined && known === undefined) return;
    await patience.wait(lost, known);
  }
}

/** Waits until a task has ended or asks its client for more. The mesh itself answers earlier, when its wait budget ends. */
export async function settledTask(mesh: Mesh, agent: string, task: Task, waiting: Waiting): Promise<Task> {
  if (turnHasEnded(task.status.state)) return task;
  const again = subscription(mesh, agent, waiting);
  const open = () => again.reopen(task.id, undefined);
  for await (const _ of taskStream(mesh, { open, ...again }, waiting, task.id));
  return getTask(mesh, agent, task.id, waiting);
}

export async function getTask(mesh: Mesh, agent: string, id: string, waiting: Waiting): Promise<Task> {
  const { result } = await persistently(mesh, waiting, () => mesh.rpc(agent, 'GetTask', { id }, waiting.signal));
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
