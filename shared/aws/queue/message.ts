import type { Message, MessageAttributeValue, SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import type { OutgoingMessage, ReceivedMessage } from '../../ports/queue.ts';

/** What `receivedMessage` needs. */
export const systemAttributes = [
  'ApproximateReceiveCount',
  'SentTimestamp',
  'ApproximateFirstReceiveTimestamp',
] as const;

/** A message as SendMessageBatch takes it; its place in the list is its id. */
export function batchEntry({ body, attributes, delay }: OutgoingMessage, index: number): SendMessageBatchRequestEntry {
  return {
    Id: String(index),
    MessageBody: body,
    ...(attributes !== undefined && { MessageAttributes: sqsAttributes(attributes) }),
    ...(delay !== undefined && { DelaySeconds: delay }),
  };
}

/** Bytes as SQS counts them: the body, and the name, type and value of each attribute. */
export function messageSize({ body, attributes = {} }: OutgoingMessage): number {
  let size = Buffer.byteLength(body);
  for (const [name, value] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + 'String'.length + Buffer.byteLength(value);
  }
  return size;
}

export function receivedMessage(message: Message): ReceivedMessage {
  const { Attributes: system = {}, MessageAttributes = {} } = message;
  const attributes: Record<string, string> = {};
  for (const [name, { StringValue }] of Object.entries(MessageAttributes)) {
    if (StringValue !== undefined) attributes[name] = StringValue;
  }
  return {
    messageId: required(message.MessageId),
    receiptHandle: required(message.ReceiptHandle),
    body: required(message.Body),
    attributes,
    receiveCount: Number(required(system.ApproximateReceiveCount)),
    sentAt: Number(required(system.SentTimestamp)),
    firstReceivedAt: Number(required(system.ApproximateFirstReceiveTimestamp)),
  };
}

function sqsAttributes(attributes: Readonly<Record<string, string>>): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
}

/** What SQS always gives; the SDK's types do not say so. */
export function required(value: string | undefined): string {
  if (value === undefined) throw new Error('SQS left out a part of its answer');
  return value;
}
