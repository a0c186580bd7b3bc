import { A2AError } from '#shared/a2a/errors.ts';
import type { Message, Task } from '#shared/a2a/types.ts';
import { type Allowance, RETRY_AFTER_SECONDS } from '#shared/http/allowance.ts';
import type { TaskId } from '#shared/ids.ts';
import type { TaskList } from './list-tasks.ts';

/**
 * What an operation answers. `sent` is a task too: SendMessage answers a task or a message, and therefore names what it is.
 */
export type Answer =
  | { readonly kind: 'task' | 'sent'; readonly task: Task }
  | { readonly kind: 'message'; readonly message: Message; readonly taskId: TaskId }
  | { readonly kind: 'list'; readonly list: TaskList };

/** The task that an answer shows or comes from. A list shows many. */
export function taskIdOf(answer: Answer): string | undefined {
  switch (answer.kind) {
    case 'message':
      return answer.taskId;
    case 'list':
      return undefined;
    case 'task':
    case 'sent':
      return answer.task.id;
    default:
      return answer satisfies never;
  }
}

/** A message does not tell its task, so a header does. */
export function taskHeader(answer: Answer): Record<string, string> {
  return answer.kind === 'message' ? { 'Starling-Task-Id': answer.taskId } : {};
}

export interface AnswerBounds {
  readonly allowance: Allowance | undefined;
  readonly maxBytes: number;
}

/**
 * Counts an answer before it is sent.
 *
 * @param taskId the task that the answer shows. A list has its own bound.
 * @throws A2AError ANSWER_TOO_LARGE; OverloadError
 */
export function checkAnswer(text: string, taskId: string | undefined, { allowance, maxBytes }: AnswerBounds): void {
  const bytes = Buffer.byteLength(text);
  if (taskId !== undefined && bytes > maxBytes) throw answerTooLarge(taskId, bytes, maxBytes);
  allowance?.hold(bytes);
}

function answerTooLarge(taskId: string, bytes: number, maxBytes: number): A2AError {
  return new A2AError(
    'ANSWER_TOO_LARGE',
    `The answer has ${bytes} bytes, and an answer has at most ${maxBytes}. Read task ${taskId} in pieces: call SubscribeToTask with the header Last-Event-ID: 1. If only its messages are large, GetTask with historyLength 0 is enough.`,
    { metadata: { taskId } },
  );
}

/** The headers of an error: when to call again, and the task that the call made. */
export function refusalHeaders({ httpStatus, metadata }: A2AError): Record<string, string> {
  return {
    ...((httpStatus === 429 || httpStatus === 503) && { 'retry-after': String(RETRY_AFTER_SECONDS) }),
    ...(metadata.taskId !== undefined && { 'Starling-Task-Id': metadata.taskId }),
  };
}
