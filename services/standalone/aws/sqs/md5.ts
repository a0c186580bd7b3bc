import { createHash } from 'node:crypto';

export type TextAttributes = Readonly<Record<string, string>>;

/** What SDKs check a body by. */
export function md5OfBody(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

const STRING = Buffer.from([1]);

/**
 * What SDKs check message attributes by, all of the type String:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: TextAttributes): string {
  const hash = createHash('md5');
  const add = (text: string) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const [name, value] of Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    add(name);
    add('String');
    hash.update(STRING);
    add(value);
  }
  return hash.digest('hex');
}
