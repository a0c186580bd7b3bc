import { parseJson } from '#shared/exact-json.ts';
import { nestingOf } from '#shared/json-nesting.ts';
import { isObject } from '#shared/objects.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { InputReader } from '../input-reader.ts';
import type { BusNames } from './bus-names.ts';

/** The result of PutEvents for an entry that is refused. */
export interface EntryRefusal {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/** An entry of PutEvents, as the request has it. */
export interface RequestEntry {
  readonly source: string | undefined;
  readonly detailType: string | undefined;
  readonly detail: string | undefined;
  readonly bus: string | undefined;
  readonly resources: readonly string[];
  /** Milliseconds since 1970. */
  readonly time: number | undefined;
}

/** @throws ServiceError when a member has a wrong type. AWS then refuses the whole call. */
export function readEntry(entry: InputReader): RequestEntry {
  return {
    source: entry.string('Source'),
    detailType: entry.string('DetailType'),
    detail: entry.string('Detail'),
    bus: entry.string('EventBusName'),
    resources: entry.strings('Resources') ?? [],
    time: entry.time('Time'),
  };
}

/** The size in bytes, as AWS counts it: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
export function sizeOf({ source = '', detailType = '', detail = '', resources, time }: RequestEntry): number {
  const texts = [source, detailType, detail, ...resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), time === undefined ? 0 : 14);
}

/** Levels of nesting. Event Ruler's JSON reader has the same limit. */
const MAX_DEPTH = 1000;

/** The entry for the bus, or the reason why the bus refuses it. */
export function busEntry(entry: RequestEntry, bus: BusNames): BusEntry | EntryRefusal {
  const { source, detailType, detail, resources, time } = entry;
  if (!source) return missing('Source');
  if (!detailType) return missing('DetailType');
  if (!detail) return missing('Detail');
  for (const [name, text] of [
    ['Source', source],
    ['DetailType', detailType],
    ...resources.map((resource) => ['Resources', resource] as const),
  ] as const) {
    if (!text.isWellFormed()) return invalid(name, 'it has half of a surrogate pair.');
  }
  if (source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  if (!bus.is(entry.bus)) {
    return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: bus.missing(entry.bus) };
  }
  const parsed = parseDetail(detail);
  if (parsed === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  return { source, detailType, detail: parsed, detailText: detail, resources, ...(time !== undefined && { time }) };
}

function parseDetail(text: string): object | undefined {
  if (!text.isWellFormed() || nestingOf(Buffer.from(text)) > MAX_DEPTH) return undefined;
  try {
    const detail = parseJson(text);
    return isObject(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}

function missing(parameter: string): EntryRefusal {
  return invalid(parameter, `${parameter} is a required argument.`);
}

function invalid(parameter: string, reason: string): EntryRefusal {
  return { ErrorCode: 'InvalidArgument', ErrorMessage: `Parameter ${parameter} is not valid. Reason: ${reason}` };
}
