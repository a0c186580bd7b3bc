import { isObject } from '#shared/objects.ts';
import { compilePattern, matches } from '#shared/patterns/index.ts';
import type { Subscription } from './subscription.ts';

/**
 * A warning for a subscription that waits for artifacts and takes no status. It would miss most results, because a short
 * task publishes no `TaskArtifact.v1`: the final `TaskStatusChanged.v1` carries its artifacts. Undefined: all is well.
 *
 * @example resultWarning('indexer', subscription) // 'The function indexer subscribes to TaskArtifact.v1 …'
 */
export function resultWarning(functionName: string, subscription: Subscription): string | undefined {
  const { pattern } = subscription;
  if (!takes(pattern, 'TaskArtifact.v1') || takes(pattern, 'TaskStatusChanged.v1')) return undefined;
  return `The function ${functionName} subscribes to TaskArtifact.v1 alone, and that event tells only the progress of long tasks. To get the results of all tasks, subscribe to TaskStatusChanged.v1: its field artifacts has them.`;
}

/** Whether a pattern lets events of a detail-type through, by what it says of detail-types. */
function takes(pattern: object, detailType: string): boolean {
  const { 'detail-type': types, $or: alternatives } = pattern as Readonly<Record<string, unknown>>;
  if (types !== undefined && !matches(compilePattern({ 'detail-type': types }), { 'detail-type': detailType }))
    return false;
  return !Array.isArray(alternatives) || alternatives.some((each) => isObject(each) && takes(each, detailType));
}
