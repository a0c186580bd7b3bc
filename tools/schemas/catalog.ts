import { type NamedType, typeOfEvent } from '#shared/schemas/names.ts';
import { type EventFile, eventsOf, rootOf, type SchemaSet } from '#shared/schemas/schema.ts';
import { guardName } from './validators.ts';

/** The typed catalog: which data each detail-type carries, who publishes it, and the table for looking up at run time. */
export function renderCatalog(set: SchemaSet, types: ReadonlyMap<string, NamedType>, banner: string): string {
  const events = eventsOf(set);
  const typeOf = (event: EventFile) => typeOfEvent(set, types, rootOf(event));
  const used = [...new Map(events.map((event) => [typeOf(event).name, typeOf(event)])).values()].sort(byName);
  const byDetailType = Map.groupBy(events, ({ detailType }) => detailType);
  const detailTypes = [...byDetailType.keys()].sort();
  const bySource = Map.groupBy(events, ({ source }) => source);

  const dataOf = detailTypes.map((detailType) => {
    const [event] = byDetailType.get(detailType) ?? [];
    return event === undefined ? '' : `  '${detailType}': ${typeOf(event).name};`;
  });
  const sourcesOf = detailTypes.map((detailType) => {
    const sources = byDetailType.get(detailType) ?? [];
    return `  '${detailType}': ${sources.map(({ source }) => `'${source}'`).join(' | ')};`;
  });
  const table = [...bySource].flatMap(([source, ofSource]) => [
    `  '${source}': {`,
    ...ofSource.flatMap((event) => [
      `    '${event.detailType}': {`,
      `      dataschema: '${event.schema.$id}',`,
      `      guard: ${guardName(typeOf(event))},`,
      '    },',
    ]),
    '  },',
  ]);

  return `${banner}
import type {
${used.map(({ name }) => `  ${name},`).join('\n')}
} from './types.ts';
import {
${used.map((type) => `  ${guardName(type)},`).join('\n')}
  type Guard,
} from './validators.js';

/** The data of each event, by its detail-type. */
export interface EventCatalog {
${dataOf.join('\n')}
}

/** The source of each event, by its detail-type. An agent writes \`starling.agents.{id}\` for \`starling.agents\`. */
export interface EventSources {
${sourcesOf.join('\n')}
}

export type DetailType = keyof EventCatalog;

/** What there is for each source and detail-type. Look it up with \`schemaFor\`. */
export const eventTable: Readonly<
  Record<string, Readonly<Record<string, { readonly dataschema: string; readonly guard: Guard<unknown> }>>>
> = {
${table.join('\n')}
};
`;
}

function byName(a: NamedType, b: NamedType): number {
  return a.name < b.name ? -1 : 1;
}
