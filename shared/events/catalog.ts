import { isDateTime } from '#shared/date-time.ts';
import { InexactNumber } from '#shared/exact-json.ts';
import { type DetailType, eventTable } from '#shared/generated/catalog.ts';
import { isObject } from '#shared/objects.ts';
import { unportable } from '#shared/portable-json.ts';
import type { Guard } from '../generated/validators.js';
import type { CloudEvent } from './envelope.ts';
import { contentProblem } from './task-content.ts';
import { describeViolations } from './violations.ts';

export type { DetailType, EventCatalog, EventSources } from '#shared/generated/catalog.ts';

/** The contract of the `data` that a source publishes under a detail-type. */
export interface EventSchema {
  /** The folder of the schema: the source, without an agent's id. */
  readonly folder: string;
  readonly detailType: DetailType;
  /** The `$id` of the schema, for the CloudEvent's `dataschema`. */
  readonly dataschema: string;
  /**
   * Describes the first error in the data, such as `data/turn must be >= 1`, or returns undefined. The text repeats no
   * values, so it may be logged. A call takes about 1 µs.
   */
  validate(data: unknown): string | undefined;
}

const agentsFolder = 'starling.agents';
const agentPrefix = `${agentsFolder}.`;

const catalog: ReadonlyMap<string, ReadonlyMap<string, EventSchema>> = new Map(
  Object.entries(eventTable).map(([folder, events]) => [
    folder,
    new Map(
      Object.entries(events).map(([detailType, { dataschema, guard }]) => [
        detailType,
        // The table is generated with the catalog, so its keys are detail-types of it.
        {
          folder,
          detailType: detailType as DetailType,
          dataschema,
          validate: (data) => validateWith(guard, data) ?? contentProblem(detailType as DetailType, data),
        },
      ]),
    ),
  ]),
);

/**
 * The contract of the events that `source` publishes as `detailType`. Undefined if they have no schema.
 *
 * @example schemaFor('starling.agents.echo', 'TaskArtifact.v1')?.validate(data)
 */
export function schemaFor(source: string, detailType: string): EventSchema | undefined {
  return catalog.get(folderOf(source))?.get(detailType);
}

/** Whether the source belongs to Starling. Publishing under such a source refuses a detail-type without a schema. */
export function isOwnSource(source: string): boolean {
  const folder = folderOf(source);
  return folder.startsWith('starling.') && catalog.has(folder);
}

/** An agent's source is `starling.agents.{id}`. The schemas of all agents' events are in one folder. */
function folderOf(source: string): string {
  return source.startsWith(agentPrefix) ? agentsFolder : source;
}

function validateWith(guard: Guard<unknown>, data: unknown): string | undefined {
  return guard(data) ? undefined : describeViolations(guard.errors ?? []);
}

/**
 * Describes the first error in an event from outside: in its time, then in its data. Returns undefined without one. Rounds
 * numbers that stand in the data itself, such as a `sequence`: schemas and the fold compute with them. Numbers within free
 * contents keep their digits.
 *
 * @param text the JSON of the event, or a JSON text that contains it
 * @param mayBeInexact false when `parseKnowing` found no inexact number in the text
 */
export function eventProblem(
  schema: EventSchema,
  event: Partial<CloudEvent> | undefined,
  text: string,
  mayBeInexact = true,
): string | undefined {
  const time: unknown = event?.time;
  if (time !== undefined && !(typeof time === 'string' && isDateTime(time))) {
    return 'time must be an RFC 3339 time that exists, such as 2026-01-31T09:30:00Z. Leap seconds are not taken';
  }
  const problem = unportable(text, event, mayBeInexact);
  if (mayBeInexact) roundMembers(event?.data);
  return problem === undefined ? schema.validate(event?.data) : problem;
}

function roundMembers(data: unknown): void {
  if (!isObject(data)) return;
  const members: Record<string, unknown> = data;
  for (const [name, value] of Object.entries(members)) {
    if (value instanceof InexactNumber) members[name] = Number(value.digits);
  }
}
