import { MAX_BATCH } from '#shared/events/put-answers.ts';
import { type ReadCloudEvent, readCloudEvent } from './cloud-event.ts';
import { EventRefusedError } from './errors.ts';
import { parseBody, textOf } from './json.ts';
import { isJson, isText, mediaTypeOf } from './media-type.ts';

/** In a batch, an unreadable event does not affect the other events. */
export type BatchItem =
  | { readonly event: ReadCloudEvent }
  | { readonly id?: string; readonly error: EventRefusedError };

export type EventsRequest = { readonly event: ReadCloudEvent } | { readonly batch: readonly BatchItem[] };

const PREFIX = 'ce-';

/**
 * Reads the events of an HTTP request in any of the three modes of CloudEvents.
 *
 * @throws EventRefusedError
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 */
export function readEventsRequest(headers: Headers, body: Uint8Array): EventsRequest {
  const contentType = headers.get('content-type') ?? '';
  const { name, charset } = mediaTypeOf(contentType);
  if (charset !== 'utf-8' && charset !== 'utf8')
    throw unsupported(`The charset ${charset.slice(0, 40)} is not read here: send UTF-8.`);
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity')
    throw unsupported(`The Content-Encoding ${encoding.slice(0, 40)} is not read here: send the body as it is.`);
  switch (name) {
    case 'application/cloudevents+json':
      return { event: readCloudEvent(parseBody(body)) };
    case 'application/cloudevents-batch+json':
      return { batch: readBatch(parseBody(body)) };
    default:
      if (name.startsWith('application/cloudevents'))
        throw unsupported(`${name.slice(0, 80)} is not read here: send the event as JSON.`);
      return { event: readBinaryMode(headers, contentType, body) };
  }
}

function readBatch(raw: unknown): readonly BatchItem[] {
  if (!Array.isArray(raw)) throw new EventRefusedError(400, 'INVALID_BODY', 'A batch is a JSON array of CloudEvents.');
  if (raw.length > MAX_BATCH) {
    throw new EventRefusedError(413, 'BATCH_TOO_LARGE', `A batch has at most ${MAX_BATCH} events: send it in parts.`);
  }
  return raw.map((item: unknown) => {
    try {
      return { event: readCloudEvent(item) };
    } catch (error) {
      if (!(error instanceof EventRefusedError)) throw error;
      return { ...idOf(item), error };
    }
  });
}

/** The id as the producer wrote it, valid or not. The producer finds the event by it. */
function idOf(item: unknown): { readonly id?: string } {
  const { id } = (item ?? {}) as { readonly id?: unknown };
  return typeof id === 'string' ? { id } : {};
}

function readBinaryMode(headers: Headers, contentType: string, body: Uint8Array): ReadCloudEvent {
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of headers) {
    if (name.startsWith(PREFIX)) attributes[name.slice(PREFIX.length)] = headerValue(name, value);
  }
  if (Object.keys(attributes).length === 0) {
    throw unsupported(
      'Send a CloudEvent: application/cloudevents+json, application/cloudevents-batch+json, or the data with the attributes in ce- headers.',
    );
  }
  for (const name of ['data', 'datacontenttype']) {
    if (name in attributes) {
      throw new EventRefusedError(
        400,
        'ATTRIBUTE_NAME',
        `There is no header ce-${name}: the body and Content-Type say it.`,
      );
    }
  }
  if (body.length === 0) return readCloudEvent(attributes);
  return readCloudEvent({ ...attributes, datacontenttype: contentType, data: readData(contentType, body) });
}

/** Accepts only JSON and text: API Gateway reads every body as UTF-8, and silently corrupts other bytes. */
function readData(contentType: string, body: Uint8Array): unknown {
  const { name } = mediaTypeOf(contentType);
  if (isJson(name)) return parseBody(body);
  if (isText(name)) return textOf(body);
  const given = name === '' ? 'Data without a Content-Type' : `Data of the type ${name.slice(0, 80)}`;
  throw unsupported(
    `${given} cannot be sent in binary mode here, which takes JSON and text: send application/cloudevents+json with data_base64.`,
  );
}

/** Section 3.1.3.2: removes surrounding quotes, then decodes the percent-encoding. */
function headerValue(name: string, value: string): string {
  const [, quoted] = /^"(.*)"$/.exec(value) ?? [];
  const plain = quoted === undefined ? value : quoted.replaceAll(/\\(.)/g, '$1');
  try {
    if (/^[\x20-\x7e]*$/.test(plain)) return decodeURIComponent(plain);
  } catch {
    // A percent sign does not begin an encoded character. The error below says so.
  }
  throw new EventRefusedError(
    400,
    'ATTRIBUTE_VALUE',
    `The header ${name.slice(0, 80)} is not ASCII, percent-encoded where a character is not: "%" itself is %25.`,
  );
}

function unsupported(message: string): EventRefusedError {
  return new EventRefusedError(415, 'UNSUPPORTED_MEDIA_TYPE', message);
}
