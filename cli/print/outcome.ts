import type { Task } from '#shared/a2a/types.ts';
import { isTerminal, isWaitingForClient } from '#shared/tasks/state.ts';
import { CliError } from '../errors.ts';
import { partsText } from './parts.ts';
import type { Printer } from './printer.ts';
import { stateName } from './text.ts';

/** Prints the artifacts of a task, and how its turn ended. */
export function printOutcome(printer: Printer, agent: string, task: Task): void {
  const artifacts = task.artifacts ?? [];
  for (const artifact of artifacts) printer.print(partsText(artifact.parts));
  const { state, message } = task.status;
  const isAnswer = state === 'TASK_STATE_COMPLETED' && artifacts.length === 0;
  if (message && (isAnswer || isWaitingForClient(state))) printer.print(partsText(message.parts));
  concludeTask(printer, agent, task);
}

/**
 * Prints what follows the result. A completed task needs nothing; a task that waits needs an answer.
 *
 * @throws CliError with the agent's reason when the task failed, was rejected or was canceled
 */
export function concludeTask(printer: Printer, agent: string, { id, status }: Pick<Task, 'id' | 'status'>): void {
  const { state, message } = status;
  if (state === 'TASK_STATE_COMPLETED') return;
  if (isTerminal(state)) {
    const reason = message ? partsText(message.parts) : 'the agent gave no reason';
    const code = state.replace(/^TASK_STATE_/, 'TASK_');
    throw new CliError(code, `${stateName(state)}: ${reason} (task ${id})`, { taskId: id });
  }
  if (isWaitingForClient(state)) {
    printer.note(`The agent asks for more. Answer with: ${printer.commands.line('call', agent, '--task', id, '...')}`);
  } else {
    printer.note(`The task is still ${stateName(state)}. See it with: ${printer.commands.line('tasks', 'get', id)}`);
  }
}
