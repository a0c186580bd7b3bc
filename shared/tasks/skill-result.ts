import { A2AError } from '#shared/a2a/errors.ts';
import { textOf } from '#shared/a2a/parts.ts';
import type { Task } from '#shared/a2a/types.ts';

export interface SkillResult {
  readonly taskId: string;
  /** The first data part of the task's artifacts. Without a data part: the text of the artifacts. */
  readonly result: unknown;
}

/**
 * The result of a skill, from the task that a call of the skill made.
 *
 * @throws A2AError TASK_FAILED, TASK_REJECTED, TASK_CANCELED, TASK_WAITS_FOR_CLIENT or WAIT_ENDED when the task is not
 *   completed. The task's id is in the metadata.
 */
export function skillResult(task: Task): SkillResult {
  const { state, message } = task.status;
  const metadata = { taskId: task.id };
  const said = message ? `: ${textOf(message.parts)}` : '';
  switch (state) {
    case 'TASK_STATE_COMPLETED':
      return { taskId: task.id, result: outputOf(task) };
    case 'TASK_STATE_FAILED':
      throw new A2AError('TASK_FAILED', `Task ${task.id} failed${said}`, { metadata });
    case 'TASK_STATE_REJECTED':
      throw new A2AError('TASK_REJECTED', `Task ${task.id} was rejected${said}`, { metadata });
    case 'TASK_STATE_CANCELED':
      throw new A2AError('TASK_CANCELED', `Task ${task.id} was canceled${said}`, { metadata });
    case 'TASK_STATE_INPUT_REQUIRED':
    case 'TASK_STATE_AUTH_REQUIRED':
      throw new A2AError(
        'TASK_WAITS_FOR_CLIENT',
        `Task ${task.id} asks for more${said}. Answer with SendMessage and its taskId.`,
        { metadata },
      );
    case 'TASK_STATE_SUBMITTED':
    case 'TASK_STATE_WORKING':
      throw new A2AError('WAIT_ENDED', `Task ${task.id} goes on, but the wait has ended: get it with GetTask.`, {
        metadata,
      });
    default:
      return state satisfies never;
  }
}

function outputOf(task: Task): unknown {
  const artifacts = task.artifacts ?? [];
  const data = artifacts.flatMap(({ parts }) => parts).find((part) => 'data' in part);
  if (data) return data.data;
  if (artifacts.length === 0) return textOf(task.status.message?.parts ?? []);
  // The parts of one artifact may be the chunks of one text.
  return artifacts.map(({ parts }) => parts.map((part) => ('text' in part ? part.text : '')).join('')).join('\n');
}
