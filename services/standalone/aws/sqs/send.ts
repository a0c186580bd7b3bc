import type { OutgoingMessage } from '../../../../shared/ports/queue.ts';
import type { StandaloneRuntime } from '../../../../shared/runtime/standalone.ts';
import { ServiceError } from '../errors.ts';
import type { Members } from '../members.ts';
import type { Operation } from '../service.ts';
import { MAX_MESSAGE } from './attributes.ts';
import { readBatch } from './batch.ts';
import { batchErrors, invalidContents, invalidValue, unsupported, wording } from './errors.ts';
import { md5OfAttributes, md5OfBody } from './md5.ts';
import type { QueueAttributes } from './queue-book.ts';
import type { QueueUrls } from './queue-urls.ts';

type Queue = StandaloneRuntime['queue'];

export function sendMessage(queue: Queue, urls: QueueUrls): Operation {
  return async (input) => {
    const { name, attributes } = urls.queue(input);
    const message = readMessage(input, attributes);
    const [sent] = await queue.send(name, [message]);
    return result(message, sent);
  };
}

export function sendMessageBatch(queue: Queue, urls: QueueUrls): Operation {
  return async (input) => {
    const { name, attributes } = urls.queue(input);
    const { entries, failed } = readBatch(input, (entry) => readMessage(entry, attributes));
    const size = entries.reduce((sum, { entry }) => sum + sizeOf(entry), 0);
    if (size > MAX_MESSAGE) throw batchErrors.tooLong(size);
    const messages = entries.map(({ entry }) => entry);
    const sent = messages.length > 0 ? await queue.send(name, messages) : [];
    const Successful = entries.map(({ id, entry }, index) => ({ Id: id, ...result(entry, sent[index]) }));
    return { Successful, ...(failed.length > 0 && { Failed: failed }) };
  };
}

function result({ body, attributes = {} }: OutgoingMessage, sent: { readonly messageId: string } | undefined) {
  if (sent === undefined) throw new Error('the queue left out the id of a message');
  return {
    MessageId: sent.messageId,
    MD5OfMessageBody: md5OfBody(body),
    ...(Object.keys(attributes).length > 0 && { MD5OfMessageAttributes: md5OfAttributes(attributes) }),
  };
}

/** @throws ServiceError */
function readMessage(input: Members, queue: QueueAttributes): OutgoingMessage {
  const body = input.requiredString('MessageBody');
  if (body === '') throw wording.missing('MessageBody');
  if (!isValidText(body)) throw invalidContents();
  for (const member of ['MessageGroupId', 'MessageDeduplicationId']) {
    if (input.has(member)) throw unsupported(`FIFO queues, and so no ${member}`);
  }
  const attributes = readAttributes(input);
  const delay = input.integer('DelaySeconds', { from: 0, to: 900 }) ?? queue.delay;
  const message = { body, delay, ...(Object.keys(attributes).length > 0 && { attributes }) };
  if (sizeOf(message) > MAX_MESSAGE) {
    throw new ServiceError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${MAX_MESSAGE} bytes.`,
    );
  }
  return message;
}

function readAttributes(input: Members): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of input.map('MessageAttributes')) {
    if (!/^(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/.test(name) || /^(?:aws|amazon)\./i.test(name)) {
      throw invalidValue('MessageAttributes', name, 'It is no name for a message attribute.');
    }
    const type = value.requiredString('DataType');
    if (type !== 'String') throw unsupported(`message attributes of the type ${type}: write String`);
    const text = value.requiredString('StringValue');
    if (text === '' || !isValidText(text)) throw invalidValue('MessageAttributes', name, 'Its value must be a text.');
    attributes[name] = text;
  }
  if (Object.keys(attributes).length > 10) {
    throw invalidValue('MessageAttributes', Object.keys(attributes).length, 'A message has at most 10.');
  }
  return attributes;
}

/** Bytes as SQS counts them: the body, and the name, type and value of each attribute. */
function sizeOf({ body, attributes = {} }: OutgoingMessage): number {
  let size = Buffer.byteLength(body);
  for (const [name, value] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + 'String'.length + Buffer.byteLength(value);
  }
  return size;
}

/** What SQS takes, which is what XML 1.0 does. */
function isValidText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  return text.isWellFormed() && !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(text);
}
