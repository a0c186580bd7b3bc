import { createHash, hash } from 'node:crypto';
import { attributeType, isBinaryType, type OutgoingMessage } from './ports/queue.ts';

/** A message attribute. A binary value is in base64. */
export interface MessageAttribute {
  readonly name: string;
  /** `String`, `Number` or `Binary`. A label may follow: `Number.int`. */
  readonly type: string;
  readonly value: string;
}

export function listAttributes({
  attributes = {},
  attributeTypes,
}: Pick<OutgoingMessage, 'attributes' | 'attributeTypes'>): readonly MessageAttribute[] {
  return Object.entries(attributes).map(([name, value]) => ({
    name,
    type: attributeType(attributeTypes, name),
    value,
  }));
}

export function isBinary({ type }: MessageAttribute): boolean {
  return isBinaryType(type);
}

/** The bytes of the value. SQS counts and digests these bytes. */
export function bytesOf(attribute: MessageAttribute): Buffer {
  return Buffer.from(attribute.value, isBinary(attribute) ? 'base64' : 'utf8');
}

/** SDKs check the body with this digest. */
export function md5OfBody(body: string): string {
  return hash('md5', body);
}

const STRING = Buffer.from([1]);
const BINARY = Buffer.from([2]);

/**
 * SDKs check the message attributes with this digest:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: readonly MessageAttribute[]): string {
  const digest = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    digest.update(length).update(bytes);
  };
  for (const attribute of attributes.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    add(Buffer.from(attribute.name));
    add(Buffer.from(attribute.type));
    digest.update(isBinary(attribute) ? BINARY : STRING);
    add(bytesOf(attribute));
  }
  return digest.digest('hex');
}
