import type { Message, MessageAttributeValue, SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { type AttributeTypes, attributeType, type OutgoingMessage, type ReceivedMessage } from '#shared/ports/queue.ts';

/** The attributes that `receivedMessage` needs. */
export const systemAttributes = [
  'ApproximateReceiveCount',
  'SentTimestamp',
  'ApproximateFirstReceiveTimestamp',
  'MessageGroupId',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
] as const;

/** The attributes that it also needs from a FIFO queue's messages. */
export const fifoAttributes = ['SequenceNumber', 'MessageDeduplicationId'] as const;

/** A message in the form that SendMessageBatch takes. Its index in the list is its id. */
export function batchEntry(message: OutgoingMessage, index: number): SendMessageBatchRequestEntry {
  const { body, attributes, attributeTypes, delay, groupId, deduplicationId, traceHeader } = message;
  return {
    Id: String(index),
    MessageBody: body,
    ...(attributes !== undefined && { MessageAttributes: sqsAttributes(attributes, attributeTypes) }),
    ...(delay !== undefined && { DelaySeconds: delay }),
    ...(groupId !== undefined && { MessageGroupId: groupId }),
    ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
    ...(traceHeader !== undefined && {
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: traceHeader } },
    }),
  };
}

/** Bytes as SQS counts them: the body, and the name, type and value of each attribute. */
export function messageSize({ body, attributes = {}, attributeTypes }: OutgoingMessage): number {
  let size = Buffer.byteLength(body);
  for (const [name, value] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + attributeType(attributeTypes, name).length + Buffer.byteLength(value);
  }
  return size;
}

export function receivedMessage(message: Message): ReceivedMessage {
  const { Attributes: system = {}, MessageAttributes = {} } = message;
  const values: [name: string, value: string][] = [];
  const types: [name: string, type: string][] = [];
  for (const [name, { DataType = 'String', StringValue, BinaryValue }] of Object.entries(MessageAttributes)) {
    values.push([name, StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64')]);
    if (DataType !== 'String') types.push([name, DataType]);
  }
  return {
    messageId: required(message.MessageId),
    receiptHandle: required(message.ReceiptHandle),
    body: required(message.Body),
    attributes: Object.fromEntries(values),
    ...(types.length > 0 && { attributeTypes: Object.fromEntries(types) }),
    receiveCount: Number(required(system.ApproximateReceiveCount)),
    sentAt: Number(required(system.SentTimestamp)),
    firstReceivedAt: Number(required(system.ApproximateFirstReceiveTimestamp)),
    ...place(system),
    ...(system.AWSTraceHeader !== undefined && { traceHeader: system.AWSTraceHeader }),
    ...(system.DeadLetterQueueSourceArn !== undefined && {
      deadLetterSource: queueNameOf(system.DeadLetterQueueSourceArn),
    }),
  };
}

/** A message of a standard queue may have a group, but it has no sequence number. */
function place(system: NonNullable<Message['Attributes']>): Pick<ReceivedMessage, 'fifo' | 'groupId'> {
  const { SequenceNumber: sequenceNumber, MessageGroupId: groupId, MessageDeduplicationId } = system;
  if (sequenceNumber === undefined) return groupId === undefined ? {} : { groupId };
  return {
    fifo: { groupId: required(groupId), deduplicationId: required(MessageDeduplicationId), sequenceNumber },
  };
}

function sqsAttributes(
  attributes: Readonly<Record<string, string>>,
  types: AttributeTypes | undefined,
): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      const DataType = attributeType(types, name);
      const isBinary = DataType.startsWith('Binary');
      return [
        name,
        { DataType, ...(isBinary ? { BinaryValue: Buffer.from(value, 'base64') } : { StringValue: value }) },
      ];
    }),
  );
}

/** `arn:aws:sqs:us-east-1:123456789012:jobs` → `jobs` */
function queueNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

/** For values that SQS always returns. The SDK's types call them optional. */
export function required(value: string | undefined): string {
  if (value === undefined) throw new Error('SQS left out a part of its answer');
  return value;
}
