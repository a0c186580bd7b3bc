import { compilePattern, matches } from '#shared/patterns/index.ts';
import { asRecord, type Subscription } from './subscriptions.ts';

/** What an agent's own subscription brings it. */
const agentEvents: readonly { source: string; detailType: string }[] = [
  { source: 'starling.tasks', detailType: 'TaskRequested.v1' },
  { source: 'starling.tasks', detailType: 'TaskCancelRequested.v1' },
];

/** An agent's source is its folder and its id. */
const agentsFolder = 'starling.agents';

/** Who takes an event, each with how: `audit (its pattern)`. A pattern that looks further into events counts as taking them. */
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

/** The pattern without what is not about source and detail-type. Alternatives in `$or` count when all of them are about those. */
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
 * The sources to try for a folder. What agents publish has as many sources as there are agents, so those that the
 * pattern speaks of are tried (a name, the start of one, its end), and one that nobody speaks of.
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
