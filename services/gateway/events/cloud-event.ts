import { isDateTime } from '#shared/date-time.ts';
import { isObject } from '#shared/objects.ts';
import { EventRefusedError } from './errors.ts';

/**
 * A CloudEvents 1.0 object with checked attributes. It has only what its producer wrote.
 *
 * This code does not use the `cloudevents` package. That package brings ajv, which compiles code at run time. It checks
 * no sizes, and it accepts names that JSON and headers cannot both carry.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export interface ReadCloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly [attribute: string]: unknown;
}

/** EventBridge's limits on detail-type and source, in characters. */
const MAX_TYPE = 128;
const MAX_SOURCE = 256;
const MAX_ID = 256;

/**
 * The attributes that the mesh itself writes on an event that it carries by reference: see adapters/aws/claim-check.
 */
const reserved = ['datapartial', 'detailref'];

/** Members of the JSON form that are not attributes. */
const payloads = ['data', 'data_base64'];

/**
 * Reads the JSON form, or the attributes of the binary mode's headers.
 *
 * @throws EventRefusedError that names the attribute.
 */
export function readCloudEvent(raw: unknown): ReadCloudEvent {
  if (!isObject(raw)) throw new EventRefusedError(400, 'INVALID_EVENT', 'A CloudEvent is a JSON object.');
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    // null means absent: JSON form, section 2.2.
    if (payloads.includes(name) || value === null) continue;
    attributes[name] = readAttribute(name, value);
  }
  const { specversion, ...rest } = attributes;
  if (specversion !== '1.0') {
    throw new EventRefusedError(
      400,
      'SPECVERSION_UNSUPPORTED',
      `specversion is ${specversion === undefined ? 'missing' : 'not "1.0"'}: CloudEvents 1.0 is spoken here.`,
    );
  }
  const id = required(rest, 'id', MAX_ID);
  const source = required(rest, 'source', MAX_SOURCE);
  const type = required(rest, 'type', MAX_TYPE);
  checkSource(source);
  checkOptional(rest);
  return { specversion, ...rest, id, source, type, ...readPayload(raw) };
}

// U+0000 to 1F and 7F to 9F: section 3.1 of the specification.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression looks for control characters.
const control = /[\u0000-\u001f\u007f-\u009f]/;

function readAttribute(name: string, value: unknown): string | number | boolean {
  if (!/^[a-z0-9]+$/.test(name)) {
    throw new EventRefusedError(
      400,
      'ATTRIBUTE_NAME',
      `"${name.slice(0, 80)}" cannot be the name of an attribute: it takes small letters a to z and digits.`,
    );
  }
  if (reserved.includes(name)) {
    throw new EventRefusedError(400, 'ATTRIBUTE_RESERVED', `The attribute ${name} is the mesh's own: leave it out.`);
  }
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' && value === (value | 0)) return value;
  if (typeof value !== 'string') throw badValue(name, 'is no string, boolean or integer of 32 bits');
  if (control.test(value) || !value.isWellFormed()) throw badValue(name, 'has characters that are no text');
  return value;
}

function required(attributes: Readonly<Record<string, unknown>>, name: string, max: number): string {
  const value = attributes[name];
  if (value === undefined) {
    throw new EventRefusedError(400, 'ATTRIBUTE_MISSING', `A CloudEvent has ${name}, and this one has not.`);
  }
  if (typeof value !== 'string' || value === '' || value.length > max) {
    throw badValue(name, `is not a string of 1 to ${max} characters`);
  }
  return value;
}

/**
 * A producer that uses these sources could answer for any agent. EventBridge refuses `aws.`, which belongs to Amazon.
 */
function checkSource(source: string): void {
  if (/\s/.test(source)) throw badValue('source', 'is no URI reference: it has white space');
  if (/^(?:starling|aws)(?:\.|$)/i.test(source)) {
    throw new EventRefusedError(
      403,
      'SOURCE_RESERVED',
      'Sources that begin with "starling." or "aws." are not for producers: take a source of your own, such as "com.example.orders".',
    );
  }
}

function checkOptional({ time, ...attributes }: Readonly<Record<string, unknown>>): void {
  if (time !== undefined && !(typeof time === 'string' && isDateTime(time))) {
    throw badValue('time', 'is no RFC 3339 time that exists, such as 2026-01-31T09:30:00Z. Leap seconds are not taken');
  }
  for (const name of ['subject', 'datacontenttype', 'dataschema', 'correlationid', 'causationid', 'traceparent']) {
    const value = attributes[name];
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw badValue(name, 'is no string, or empty');
  }
}

function readPayload({ data, data_base64: base64 }: Readonly<Record<string, unknown>>): object {
  if (base64 === undefined || base64 === null) return data === undefined ? {} : { data };
  if (data !== undefined) throw badData('has both data and data_base64');
  if (typeof base64 !== 'string' || !isBase64(base64)) throw badData('has a data_base64 that is not Base64');
  return { data_base64: base64 };
}

/** Base64 of RFC 4648 §4, with padding. */
function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function badValue(name: string, problem: string): EventRefusedError {
  return new EventRefusedError(400, 'ATTRIBUTE_VALUE', `The attribute ${name} ${problem}.`);
}

function badData(problem: string): EventRefusedError {
  return new EventRefusedError(400, 'INVALID_DATA', `The event ${problem}.`);
}
