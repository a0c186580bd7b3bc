import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import type { ReceivedMessage } from '#shared/ports/queue.ts';
import type { Operation } from '../service.ts';
import { validationMessages } from './errors.ts';
import { md5OfAttributes, md5OfBody } from './md5.ts';
import { isBinary, listAttributes, type MessageAttribute } from './message-attributes.ts';
import { readId } from './message-group.ts';
import type { QueueUrls } from './queue-urls.ts';
import { receiptFor } from './receipts.ts';

interface Wanted {
  /** Names of system attributes, or `All`. */
  readonly system: readonly string[];
  /** Names of message attributes, `prefix.*`, or `All`. */
  readonly attributes: readonly string[];
}

/** Seconds. The limits are SQS's. */
const MAX_WAIT = 20;
export const MAX_VISIBILITY = 43_200;

/** ReceiveMessage. The wait ends at its time limit, when the client disconnects, or when the mesh stops. */
export function receiveMessage(queue: StandaloneRuntime['queue'], urls: QueueUrls): Operation {
  return async (input, { signal }) => {
    const { name, attributes } = urls.queue(input);
    const max = input.integer('MaxNumberOfMessages', { from: 1, to: 10 }) ?? 1;
    const wait = input.integer('WaitTimeSeconds', { from: 0, to: MAX_WAIT }) ?? attributes.wait;
    const visibilityTimeout = input.integer('VisibilityTimeout', { from: 0, to: MAX_VISIBILITY });
    const wanted = {
      system: [...(input.strings('AttributeNames') ?? []), ...(input.strings('MessageSystemAttributeNames') ?? [])],
      attributes: input.strings('MessageAttributeNames') ?? [],
    };
    // The id is checked and has no effect. Messages of a lost answer come back when their visibility timeout ends.
    readId(input, 'ReceiveRequestAttemptId');
    if (wanted.attributes.some((each) => each === ''))
      throw validationMessages.invalid('MessageAttributeNames', '', 'names');
    const messages = await queue.receive(name, {
      max,
      wait,
      signal,
      ...(visibilityTimeout !== undefined && { visibilityTimeout }),
    });
    return messages.length === 0 ? {} : { Messages: messages.map((message) => answer(name, message, wanted)) };
  };
}

function answer(queue: string, message: ReceivedMessage, wanted: Wanted): object {
  const system = Object.entries(systemAttributes(message)).filter(([name]) =>
    wanted.system.some((each) => each === 'All' || each === name),
  );
  const attributes = listAttributes(message).filter(({ name }) =>
    wanted.attributes.some((each) => isWanted(name, each)),
  );
  return {
    MessageId: message.messageId,
    ReceiptHandle: receiptFor(queue, message.receiptHandle),
    MD5OfBody: md5OfBody(message.body),
    Body: message.body,
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
    ...answerAttributes(attributes),
  };
}

function systemAttributes(message: ReceivedMessage): Record<string, string> {
  const { receiveCount, sentAt, firstReceivedAt, fifo, groupId } = message;
  return {
    ApproximateReceiveCount: String(receiveCount),
    SentTimestamp: String(sentAt),
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
    ...(groupId !== undefined && { MessageGroupId: groupId }),
    ...(fifo !== undefined && {
      MessageGroupId: fifo.groupId,
      MessageDeduplicationId: fifo.deduplicationId,
      SequenceNumber: fifo.sequenceNumber,
    }),
  };
}

function answerAttributes(all: readonly MessageAttribute[]): object {
  if (all.length === 0) return {};
  const members = all.map((each) => [
    each.name,
    { DataType: each.type, ...(isBinary(each) ? { BinaryValue: each.value } : { StringValue: each.value }) },
  ]);
  return { MessageAttributes: Object.fromEntries(members), MD5OfMessageAttributes: md5OfAttributes(all) };
}

function isWanted(name: string, wanted: string): boolean {
  if (wanted === 'All' || wanted === '.*') return true;
  return wanted.endsWith('.*') ? name.startsWith(wanted.slice(0, -2)) : name === wanted;
}
