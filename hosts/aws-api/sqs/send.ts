import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { bytesOf, listAttributes, md5OfAttributes, md5OfBody } from '#shared/message-digest.ts';
import type { OutgoingMessage, SentMessage } from '#shared/ports/queue.ts';
import type { InputReader } from '../input-reader.ts';
import { limits } from '../reference/limits.ts';
import type { Operation } from '../service.ts';
import { readBatch } from './batch.ts';
import { batchErrors, invalidContents, invalidParameter, isValidText } from './errors.ts';
import { readMessageAttributes } from './message-attributes.ts';
import { readMessageGroup, readStandardMessageGroup } from './message-group.ts';
import type { QueueAttributes } from './queue-store.ts';
import type { QueueUrls } from './queue-urls.ts';
import { readTraceHeader, sentSystemAttributes } from './system-attributes.ts';

type Queue = StandaloneRuntime['queue'];

const { messageBytes } = limits.sqs;

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
    if (size > messageBytes) throw batchErrors.tooLong(size);
    const messages = entries.map(({ entry }) => entry);
    const sent = messages.length > 0 ? await queue.send(name, messages) : [];
    const Successful = entries.map(({ id, entry }, index) => ({ Id: id, ...result(entry, sent[index]) }));
    return { Successful, ...(failed.length > 0 && { Failed: failed }) };
  };
}

function result(message: OutgoingMessage, sent: SentMessage | undefined) {
  if (sent === undefined) throw new Error('the queue left out the id of a message');
  const attributes = listAttributes(message);
  const system = sentSystemAttributes(message);
  return {
    MessageId: sent.messageId,
    MD5OfMessageBody: md5OfBody(message.body),
    ...(attributes.length > 0 && { MD5OfMessageAttributes: md5OfAttributes(attributes) }),
    ...(system.length > 0 && { MD5OfMessageSystemAttributes: md5OfAttributes(system) }),
    ...(sent.sequenceNumber !== undefined && { SequenceNumber: sent.sequenceNumber }),
  };
}

/** @throws ServiceError */
function readMessage(input: InputReader, queue: QueueAttributes): OutgoingMessage {
  const body = input.requiredString('MessageBody');
  if (!isValidText(body)) throw invalidContents();
  const delay = input.integer('DelaySeconds');
  const place = queue.fifo === undefined ? readStandardMessageGroup(input) : readMessageGroup(input, queue.fifo, delay);
  const message = {
    body,
    ...readMessageAttributes(input),
    ...readTraceHeader(input),
    ...place,
    // A FIFO queue has one delay for all its messages.
    ...(queue.fifo === undefined && { delay: delay ?? queue.delay }),
  };
  const { maxMessageBytes = messageBytes } = queue;
  if (sizeOf(message) > maxMessageBytes) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maxMessageBytes} bytes.`,
    );
  }
  return message;
}

/** The size in bytes. SQS counts the body, and the name, type and value of each attribute. */
function sizeOf(message: OutgoingMessage): number {
  let size = Buffer.byteLength(message.body);
  for (const attribute of listAttributes(message)) {
    size += Buffer.byteLength(attribute.name) + Buffer.byteLength(attribute.type) + bytesOf(attribute).length;
  }
  return size;
}
