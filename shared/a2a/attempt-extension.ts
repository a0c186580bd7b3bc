import { isObject } from '#shared/objects.ts';

/**
 * The URI of Starling's A2A extension for attempts. An event of a stream that a second or later attempt of the agent made
 * has the number of the attempt in its metadata, under this URI. A client that shows results as they come learns by it
 * that the results of earlier attempts no longer count. docs/concepts/tasks.md describes the extension to clients.
 */
export const ATTEMPT_EXTENSION = 'https://starling.example/extensions/attempts/v1';

/** The metadata of an event. Events of a first attempt need no mark, so they carry none. */
export function attemptMark(attempt: number): { metadata: Record<string, unknown> } | undefined {
  return attempt > 1 ? { metadata: { [ATTEMPT_EXTENSION]: { attempt } } } : undefined;
}

/** The attempt that made an event. */
export function attemptOf({ metadata }: { readonly metadata?: Readonly<Record<string, unknown>> }): number {
  const mark = metadata?.[ATTEMPT_EXTENSION];
  return isObject(mark) && typeof mark.attempt === 'number' ? mark.attempt : 1;
}
