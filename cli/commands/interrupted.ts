import type { Message, Task } from '#shared/a2a/types.ts';
import { InterruptedError, type StopSignal } from '../errors.ts';
import type { Mesh } from '../mesh/mesh.ts';

/** The person who pressed Ctrl-C does not wait longer for the id of the task. */
const ASK_TIMEOUT_MS = 3_000;

/**
 * The end of a call by Ctrl-C. The task goes on, so it says which task that is. The answer with the id may not have come
 * yet. The same message sent again makes nothing new, and its answer has the id.
 */
export async function interruptedCall(
  mesh: Mesh,
  agent: string,
  message: Message,
  signal: AbortSignal,
): Promise<InterruptedError> {
  const taskId = mesh.reached ? await taskOf(mesh, agent, message) : undefined;
  if (taskId !== undefined) return interruptedTask(taskId, signal);
  const said = mesh.reached
    ? 'The mesh does not answer now. If it received the message, it has a task that goes on.'
    : 'The mesh has not answered.';
  return new InterruptedError(nameOf(signal), said, {
    advice: (commands) =>
      mesh.reached ? `See the tasks with: ${commands.line('tasks', 'list', '--agent', agent)}` : undefined,
  });
}

/** The end of a command that waited for a task. */
export function interruptedTask(taskId: string, signal: AbortSignal): InterruptedError {
  return new InterruptedError(nameOf(signal), `Task ${taskId} goes on.`, {
    taskId,
    advice: (commands) =>
      `Watch it with: ${commands.line('tasks', 'watch', taskId)}\nCancel it with: ${commands.line('tasks', 'cancel', taskId)}`,
  });
}

async function taskOf(mesh: Mesh, agent: string, message: Message): Promise<string | undefined> {
  const params = { message, configuration: { returnImmediately: true } };
  try {
    const { result } = await mesh.rpc(agent, 'SendMessage', params, AbortSignal.timeout(ASK_TIMEOUT_MS));
    return (result as { readonly task?: Task }).task?.id;
  } catch {
    // Whatever kept the mesh from answering: the person has asked for the end of this command.
    return undefined;
  }
}

function nameOf({ reason }: AbortSignal): StopSignal {
  return reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT';
}
