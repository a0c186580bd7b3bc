import type { EventFile } from '#shared/schemas/schema.ts';
import type { OpenApiSchema } from './openapi-schema.ts';

/**
 * The event as rules deliver it. The registry's own discovery writes it so, and knows by its name and its two extensions
 * which events the schema is of (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schemas-infer-from-json.html).
 */
export function awsEvent({ source, detailType }: EventFile, detail: OpenApiSchema): OpenApiSchema {
  return {
    type: 'object',
    required: ['detail-type', 'resources', 'detail', 'id', 'source', 'time', 'region', 'version', 'account'],
    'x-amazon-events-detail-type': detailType,
    'x-amazon-events-source': source,
    properties: {
      detail,
      'detail-type': text,
      resources: { type: 'array', items: text },
      id: text,
      source: text,
      time: { ...text, format: 'date-time' },
      region: text,
      version: text,
      account: text,
    },
  };
}

/** The `detail` of every event: a CloudEvent, with what Starling adds (`CloudEvent` in shared/events/envelope.ts). */
export function cloudEvent({ detailType, schema: { $id } }: EventFile, data: OpenApiSchema): OpenApiSchema {
  return {
    type: 'object',
    description:
      'A CloudEvents 1.0 object. Of an event that is too large for the bus the data is elsewhere, at dataref, and only an outline of it stands here; a detail that is too large without its data is elsewhere as a whole, at detailref.',
    required: [
      'specversion',
      'id',
      'source',
      'type',
      'time',
      'datacontenttype',
      'correlationid',
      'traceparent',
      'data',
    ],
    properties: {
      specversion: { ...text, enum: ['1.0'] },
      id: { ...text, description: 'The id of the event, a UUIDv7.' },
      source: { ...text, description: `The EventBridge source. An agent's is starling.agents.{id}.` },
      type: { ...text, description: 'The detail-type.', enum: [detailType] },
      time: { ...text, description: 'RFC 3339, UTC, in milliseconds.', format: 'date-time' },
      subject: { ...text, description: 'What within the source the event is about.' },
      datacontenttype: { ...text, enum: ['application/json'] },
      dataschema: { ...text, description: `The schema of the data: ${$id}` },
      correlationid: { ...text, description: 'The task, or the root of the chain that the event belongs to.' },
      causationid: { ...text, description: 'The event that led to this one. Absent on the first.' },
      traceparent: { ...text, description: 'W3C trace context.' },
      dataref: { ...text, description: 'Where the data is kept, when it is too large for the bus: s3://bucket/key.' },
      detailref: { ...text, description: 'The same for the whole detail.' },
      datapartial: {
        type: 'boolean',
        description: 'True when the data here is only an outline, for rules to match on.',
      },
      data,
    },
  };
}

const text = { type: 'string' } as const;
