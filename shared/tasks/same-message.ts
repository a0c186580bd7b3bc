import { isDeepStrictEqual } from 'node:util';
import { A2AError } from '#shared/a2a/errors.ts';
import type { Message } from '#shared/a2a/types.ts';
import { parseJson } from '#shared/exact-json.ts';
import type { TaskId } from '#shared/ids.ts';
import type { LogEntry } from '#shared/ports/task.ts';

/**
 * Refuses a message that comes under the id or the idempotency key of an earlier message of the task, if the earlier one has
 * another content. The mesh takes it as the same message, sent again. Another content would be lost. The order of members and
 * white space do not count.
 *
 * @throws A2AError INVALID_PARAMS; IDEMPOTENCY_KEY_REUSED
 */
export function checkSameMessage(
  message: Message,
  taskId: TaskId,
  log: readonly LogEntry[],
  idempotencyKey: string | undefined = undefined,
): void {
  const earlier = log.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []));
  if (idempotencyKey !== undefined) {
    if (earlier.some((each) => isSame(message, each, taskId))) return;
    throw new A2AError(
      'IDEMPOTENCY_KEY_REUSED',
      `The Idempotency-Key belongs to another request, which made task ${taskId}. Send this request with a key of its own.`,
      { metadata: { taskId } },
    );
  }
  const known = earlier.findLast(({ messageId }) => messageId === message.messageId);
  if (known === undefined || isSame(message, known, taskId)) return;
  throw new A2AError(
    'INVALID_PARAMS',
    `message.messageId is the id of an earlier message with another content, which belongs to task ${taskId}. Send this message with an id of its own.`,
    { metadata: { taskId }, field: 'message.messageId' },
  );
}

function isSame(message: Message, known: Message, taskId: TaskId): boolean {
  // The mesh gives a message the ids that it lacks.
  const { contextId } = known;
  return isDeepStrictEqual(asStored({ contextId, ...message, taskId }), asStored({ ...known, taskId }));
}

/** The message as a store returns it: -0 is 0 there. */
function asStored(message: object): unknown {
  return parseJson(JSON.stringify(message));
}
