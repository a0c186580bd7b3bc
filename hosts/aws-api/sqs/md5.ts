import { createHash } from 'node:crypto';
import { bytesOf, isBinary, type MessageAttribute } from './message-attributes.ts';

/** SDKs check the body with this digest. */
export function md5OfBody(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

const STRING = Buffer.from([1]);
const BINARY = Buffer.from([2]);

/**
 * SDKs check the message attributes with this digest:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: readonly MessageAttribute[]): string {
  const hash = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const attribute of attributes.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    add(Buffer.from(attribute.name));
    add(Buffer.from(attribute.type));
    hash.update(isBinary(attribute) ? BINARY : STRING);
    add(bytesOf(attribute));
  }
  return hash.digest('hex');
}
