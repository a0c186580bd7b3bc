import { isObject } from '#shared/objects.ts';
import type { Message } from './types.ts';

/**
 * The URI under which the last message of a task says that it is the whole answer of the agent. The gateway then answers the
 * client with this message in place of the task.
 */
export const REPLY_EXTENSION = 'https://starling.example/extensions/replies/v1';

export const replyMark: Readonly<Record<string, unknown>> = { [REPLY_EXTENSION]: { reply: true } };

/** The message as the client gets it, without the mark and the task. Undefined if the message is no whole answer. */
export function replyOf(message: Message | undefined): Message | undefined {
  const { [REPLY_EXTENSION]: mark, ...metadata } = message?.metadata ?? {};
  if (message === undefined || !isObject(mark) || mark.reply !== true) return undefined;
  const { taskId: _task, metadata: _metadata, ...reply } = message;
  return { ...reply, ...(Object.keys(metadata).length > 0 && { metadata }) };
}
