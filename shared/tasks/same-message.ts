import { isDeepStrictEqual } from 'node:util';
import { A2AError } from '#shared/a2a/errors.ts';
import type { Message } from '#shared/a2a/types.ts';
import { parseJson } from '#shared/exact-json.ts';
import type { TaskId } from '#shared/ids.ts';
import type { LogEntry } from '#shared/ports/task.ts';

/**
 * Refuses a message whose id an earlier message of the task has, if the earlier one has another content. The mesh takes a
 * message with a known id as the same message, sent again. Another content would be lost. The order of members and white
 * space do not count.
 *
 * @throws A2AError INVALID_PARAMS
 */
export function checkSameMessage(message: Message, taskId: TaskId, log: readonly LogEntry[]): void {
  const { messageId } = message;
  const known = log.findLast((entry) => entry.kind === 'message' && entry.message.messageId === messageId);
  if (known?.kind !== 'message') return;
  // The mesh gives a message the ids that it lacks.
  const { contextId } = known.message;
  if (isDeepStrictEqual(asStored({ contextId, ...message, taskId }), asStored({ ...known.message, taskId }))) return;
  throw new A2AError(
    'INVALID_PARAMS',
    `message.messageId is the id of an earlier message with another content, which belongs to task ${taskId}. Send this message with an id of its own.`,
    { metadata: { taskId } },
  );
}

/** The message as a store returns it: -0 is 0 there. */
function asStored(message: object): unknown {
  return parseJson(JSON.stringify(message));
}
