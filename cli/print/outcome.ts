import type { Task } from '#shared/a2a/types.ts';
import { isTerminal, isWaitingForClient } from '#shared/tasks/state.ts';
import { CliError } from '../errors.ts';
import { note, print } from './output.ts';
import { partsText } from './parts.ts';
import { stateName } from './text.ts';

/** Prints what an agent made, and how its turn ended. */
export function printOutcome(agent: string, task: Task): void {
  const artifacts = task.artifacts ?? [];
  for (const artifact of artifacts) print(partsText(artifact.parts));
  const { state, message } = task.status;
  const isAnswer = state === 'TASK_STATE_COMPLETED' && artifacts.length === 0;
  if (message && (isAnswer || isWaitingForClient(state))) print(partsText(message.parts));
  concludeTask(agent, task);
}

/**
 * What comes after the result: nothing for a task that completed; how to answer for one that asks.
 *
 * @throws CliError the reason of a task that ended otherwise
 */
export function concludeTask(agent: string, { id, status }: Pick<Task, 'id' | 'status'>): void {
  const { state, message } = status;
  if (state === 'TASK_STATE_COMPLETED') return;
  if (isTerminal(state)) {
    const reason = message ? partsText(message.parts) : 'the agent gave no reason';
    throw new CliError(`${stateName(state)}: ${reason} (task ${id})`);
  }
  if (isWaitingForClient(state))
    note(`The agent asks for more. Answer with: npx starling call ${agent} --task ${id} "..."`);
  else note(`The task goes on (${stateName(state)}). See it with: npx starling tasks get ${id}`);
}
