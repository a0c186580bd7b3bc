import type { EventId } from '#shared/ids.ts';
import { uuidv7 } from '#shared/ids.ts';
import { isoTime } from '#shared/iso-time.ts';
import type { Lineage } from '#shared/ports/publisher.ts';
import { randomHex } from '#shared/random.ts';

/** A CloudEvents 1.0 object with Starling's extension attributes: the `detail` of every event on the bus. */
export interface CloudEvent<Data = unknown> {
  readonly specversion: '1.0';
  readonly id: EventId;
  readonly source: string;
  /** The detail-type: `TaskRequested.v1`. */
  readonly type: string;
  /** RFC 3339, UTC, in milliseconds. */
  readonly time: string;
  readonly subject?: string;
  readonly datacontenttype: 'application/json';
  /** The `$id` of the schema of `data`, where there is one. */
  readonly dataschema?: string;
  /** The task, or the root of the chain that the event belongs to. */
  readonly correlationid: string;
  /** The id of the event that caused this one. Absent on the first event of a chain. */
  readonly causationid?: string;
  /** W3C trace context. */
  readonly traceparent: string;
  readonly data: Data;
}

export interface EnvelopeOptions {
  readonly correlationId: string;
  readonly causationId?: string | undefined;
  readonly traceparent: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string | undefined;
  readonly dataschema?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type Draft<Data> = { -readonly [Member in keyof CloudEvent]: CloudEvent<Data>[Member] };

/** Attributes without a value are absent, so that rules can test whether they exist. */
export function envelope<Data>(data: Data, options: EnvelopeOptions): CloudEvent<Data> {
  const { subject, dataschema, causationId, now } = options;
  // Member by member, in the order of the JSON. Spreads would double the time.
  const event: Partial<Draft<Data>> = {
    specversion: '1.0',
    id: uuidv7(now) as EventId,
    source: options.source,
    type: options.type,
    time: isoTime(now),
  };
  if (subject !== undefined) event.subject = subject;
  event.datacontenttype = 'application/json';
  if (dataschema !== undefined) event.dataschema = dataschema;
  event.correlationid = options.correlationId;
  if (causationId !== undefined) event.causationid = causationId;
  event.traceparent = options.traceparent;
  event.data = data;
  return event as CloudEvent<Data>;
}

/** The lineage of an event that this event causes: the same correlation and trace, and this event as its cause. */
export function causedBy(event: CloudEvent): Lineage {
  return { correlationId: event.correlationid, causationId: event.id, traceparent: event.traceparent };
}

const traceparentPattern = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The trace context of a span below `parent`. Starts a new trace if `parent` is missing or not valid
 * (https://www.w3.org/TR/trace-context/ §3.2).
 */
export function childTraceparent(parent: string | undefined): string {
  const span = randomHex(8);
  if (parent !== undefined && traceparentPattern.test(parent))
    return `${parent.slice(0, 36)}${span}${parent.slice(52)}`;
  return `00-${randomHex(16)}-${span}-01`;
}

/** The 32 hexadecimal digits that all spans of a trace share. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}
