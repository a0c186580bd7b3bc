import { compilePattern, matches } from '#shared/patterns/index.ts';
import { asRecord, type Subscription } from './subscriptions.ts';

/** The events of the own subscription of an agent. */
const agentEvents: readonly { source: string; detailType: string }[] = [
  { source: 'starling.tasks', detailType: 'TaskRequested.v1' },
  { source: 'starling.tasks', detailType: 'TaskCancelRequested.v1' },
];

/** The source of an agent is its folder and its id. */
const agentsFolder = 'starling.agents';

/**
 * The consumers of an event, each with its pattern: `audit (its pattern)`. A pattern with conditions on other fields
 * counts as a consumer.
 */
export function consumersOf(
  subscriptions: readonly Subscription[],
  event: { source: string; detailType: string },
): string[] {
  return subscriptions.flatMap((subscription) => {
    if ('agent' in subscription) {
      const takes = agentEvents.some(
        ({ source, detailType }) => source === event.source && detailType === event.detailType,
      );
      return takes ? [`${subscription.consumer} (as the agent ${subscription.agent})`] : [];
    }
    return patternTakes(subscription.pattern, event) ? [`${subscription.consumer} (by its pattern)`] : [];
  });
}

function patternTakes(
  pattern: Readonly<Record<string, unknown>>,
  event: { source: string; detailType: string },
): boolean {
  const restricted = restrict(pattern);
  if (Object.keys(restricted).length === 0) return true;
  const compiled = compilePattern(restricted);
  return sourcesOf(event.source, restricted).some((source) =>
    matches(compiled, { source, 'detail-type': event.detailType }),
  );
}

/**
 * The part of the pattern about source and detail-type. `$or` counts if all its alternatives are about these fields.
 */
function restrict(pattern: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { source, 'detail-type': detailType, $or: alternatives } = pattern;
  const restricted = Array.isArray(alternatives)
    ? alternatives.map((alternative) => restrict(asRecord(alternative)))
    : [];
  return {
    ...(source !== undefined && { source }),
    ...(detailType !== undefined && { 'detail-type': detailType }),
    ...(restricted.length > 0 &&
      restricted.every((alternative) => Object.keys(alternative).length > 0) && { $or: restricted }),
  };
}

/**
 * The sources to try for a folder. Agents have as many sources as there are agents, so it tries the names, prefixes and
 * suffixes in the pattern, and one source that the pattern does not name.
 */
function sourcesOf(folder: string, pattern: unknown): string[] {
  if (folder !== agentsFolder) return [folder];
  const spoken = strings(pattern).map((text) => text.replaceAll('*', ''));
  const candidates = [
    ...spoken,
    ...spoken.map((text) => `${agentsFolder}.a${text}`),
    `${agentsFolder}.any`,
    agentsFolder,
  ];
  return candidates.filter((source) => source === agentsFolder || source.startsWith(`${agentsFolder}.`));
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(strings);
}
