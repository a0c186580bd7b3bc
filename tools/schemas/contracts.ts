import { loadSchemas } from '#shared/schemas/load.ts';
import type { Problem } from '#shared/schemas/problems.ts';
import { type EventFile, eventsOf, rootOf, type SchemaSet } from '#shared/schemas/schema.ts';
import { type Change, incompatibilities } from './compatibility.ts';
import { consumersOf } from './consumers.ts';
import { type Project, shown } from './project.ts';
import { readSubscriptions, type Subscription } from './subscriptions.ts';

export interface Contracts {
  readonly present: SchemaSet;
  readonly released: SchemaSet;
  /** Each incompatible change once, even if it reaches several events. */
  readonly breaking: Problem[];
  /** Events that are not released yet. They may change freely. */
  readonly unreleased: string[];
}

/** Compares the schemas with the released ones. @throws SchemaError when one of them, or serverless.yml, cannot be read. */
export function compareContracts(project: Project): Contracts {
  const present = loadSchemas(project.schemas, shown.schemas);
  const released = loadSchemas(project.released, shown.released);
  const subscriptions = readSubscriptions(project.wiring, shown.wiring);
  return {
    present,
    released,
    breaking: findBreaking(released, present, subscriptions),
    unreleased: [...present.files.keys()].filter((path) => !released.files.has(path)),
  };
}

interface Breach extends Change {
  readonly events: EventFile[];
}

function findBreaking(released: SchemaSet, present: SchemaSet, subscriptions: readonly Subscription[]): Problem[] {
  const breaches = new Map<string, Breach>();
  for (const event of eventsOf(released)) {
    for (const change of changesOf(released, present, event)) {
      const key = `${change.where} ${change.what}`;
      const known = breaches.get(key);
      if (known === undefined) breaches.set(key, { ...change, events: [event] });
      else known.events.push(event);
    }
  }
  return [...breaches.values()].map((breach) => ({ where: breach.where, message: describe(breach, subscriptions) }));
}

function changesOf(released: SchemaSet, present: SchemaSet, event: EventFile): Change[] {
  const file = present.files.get(event.path);
  if (file !== undefined) return incompatibilities(released, rootOf(event), present, rootOf(file));
  return [
    { where: `${present.folder}/${event.path}`, what: 'the schema of a released event was removed', direction: 'both' },
  ];
}

const consequences = {
  widened: 'Consumers built on the released schema may get data that it does not allow.',
  narrowed:
    'Events in queues and archives, and from producers built on the released schema, may not be valid any more.',
  both: 'Consumers built on the released schema may get data that it does not allow, and events written under it may not be valid any more.',
} as const;

function describe({ what, direction, events }: Breach, subscriptions: readonly Subscription[]): string {
  const consumers = [...new Set(events.flatMap((event) => consumersOf(subscriptions, event)))];
  const [first] = events;
  return [
    `In ${events.map(({ source, detailType }) => `${detailType} of ${source}`).join(', ')}: ${what}.`,
    `Why it breaks: ${consequences[direction]}`,
    `Whom it breaks: ${consumers.length > 0 ? consumers.join(', ') : `no consumer known from ${shown.wiring}`}.`,
    `What to do: undo it, or make it a new event${first ? `, ${nextMajor(first.detailType)}` : ''}, with an upcaster from the old.`,
  ].join('\n');
}

function nextMajor(detailType: string): string {
  return detailType.replace(/\d+$/, (major) => String(Number(major) + 1));
}
