import type { SQSMessageAttribute, SQSRecord, SQSRecordAttributes } from 'aws-lambda';
import { isBinary, listAttributes, type MessageAttribute, md5OfAttributes, md5OfBody } from '#shared/message-digest.ts';
import type { FifoCoordinates, ReceivedMessage } from '#shared/ports/queue.ts';

/**
 * A message in the shape of Lambda's event source mapping.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export function sqsRecord(message: ReceivedMessage, arn: string): SQSRecord {
  const attributes = listAttributes(message);
  const record = {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes:
      message.fifo === undefined ? systemAttributes(message, arn) : fifoAttributes(message, message.fifo, arn),
    messageAttributes: Object.fromEntries(attributes.map((attribute) => [attribute.name, messageAttribute(attribute)])),
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: arn.split(':')[3] ?? '',
  };
  const whole: SQSRecord = Object.defineProperty(record as SQSRecord, 'md5OfBody', bodyDigest);
  if (attributes.length > 0) whole.md5OfMessageAttributes = md5OfAttributes(attributes);
  return whole;
}

/**
 * Few handlers read the digest, so only these pay for it. All records share this getter: a getter in the literal would give
 * each record a hidden class of its own, which outlives the call together with the message (docs/decisions/0013).
 */
const bodyDigest: PropertyDescriptor & ThisType<SQSRecord> = {
  enumerable: true,
  configurable: true,
  get() {
    return md5OfBody(this.body);
  },
};

function systemAttributes(message: ReceivedMessage, arn: string): SQSRecordAttributes {
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    SenderId: '000000000000',
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
    ...(message.traceHeader !== undefined && { AWSTraceHeader: message.traceHeader }),
    ...(message.deadLetterSource !== undefined && {
      DeadLetterQueueSourceArn: `${arn.slice(0, arn.lastIndexOf(':') + 1)}${message.deadLetterSource}`,
    }),
  };
}

function fifoAttributes(
  message: ReceivedMessage,
  { sequenceNumber, groupId, deduplicationId }: FifoCoordinates,
  arn: string,
) {
  return {
    ...systemAttributes(message, arn),
    SequenceNumber: sequenceNumber,
    MessageGroupId: groupId,
    MessageDeduplicationId: deduplicationId,
  };
}

/** Binary values are in base64, both in the message and in the record. */
function messageAttribute(attribute: MessageAttribute): SQSMessageAttribute {
  const { type: dataType, value } = attribute;
  const text = isBinary(attribute) ? { binaryValue: value } : { stringValue: value };
  return { ...text, stringListValues: [], binaryListValues: [], dataType };
}
