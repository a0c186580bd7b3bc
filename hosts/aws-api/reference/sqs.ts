import type { Inputs, Members, StringMember } from './member.ts';

const text: StringMember = { type: 'string' };
const queueUrl = { type: 'string', required: true } as const;
const receiptHandle = { type: 'string', required: true } as const;
const visibilityTimeout = { type: 'integer', min: 0, max: 43_200 } as const;
const id = { type: 'string', min: 1, max: 80, pattern: '[A-Za-z0-9_-]+', required: true } as const;
/** The documented characters of group ids, deduplication ids and attempt ids: letters, digits and punctuation. */
const fifoId = { type: 'string', min: 1, max: 128, pattern: '[!-~]+' } as const;
const nextToken: StringMember = { type: 'string' };
const queueAttributes = { type: 'map', of: text } as const;

/** SQS has the members for lists of values, and does not implement them: it refuses them too. */
const attributeValue: Members = {
  DataType: { type: 'string', min: 1, max: 256, required: true },
  StringValue: text,
  BinaryValue: { type: 'blob' },
  StringListValues: { type: 'list', of: text, support: 'refused' },
  BinaryListValues: { type: 'list', of: { type: 'blob' }, support: 'refused' },
};

const message = {
  MessageBody: { type: 'string', min: 1, required: true },
  DelaySeconds: { type: 'integer', min: 0, max: 900 },
  MessageAttributes: { type: 'map', max: 10, of: { type: 'structure', members: attributeValue } },
  MessageSystemAttributes: { type: 'map', of: { type: 'structure', members: attributeValue } },
  MessageDeduplicationId: fifoId,
  MessageGroupId: fifoId,
} as const satisfies Members;

function batch<Entry extends Members>(members: Entry) {
  const of = { type: 'structure', members: { Id: id, ...members } } as const;
  return {
    QueueUrl: queueUrl,
    Entries: { type: 'list', min: 1, max: 10, required: true, eachAlone: true, of },
  } as const;
}

const inFlight = { ReceiptHandle: receiptHandle, VisibilityTimeout: visibilityTimeout } as const;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
export const sqsInputs = {
  CreateQueue: {
    QueueName: {
      type: 'string',
      pattern: '[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\\.fifo',
      required: true,
    },
    Attributes: queueAttributes,
    tags: { ...queueAttributes, support: 'refused' },
  },
  DeleteQueue: { QueueUrl: queueUrl },
  PurgeQueue: { QueueUrl: queueUrl },
  GetQueueUrl: { QueueName: { ...text, required: true }, QueueOwnerAWSAccountId: text },
  ListQueues: {
    QueueNamePrefix: { type: 'string', max: 80 },
    NextToken: nextToken,
    MaxResults: { type: 'integer', min: 1, max: 1000 },
  },
  GetQueueAttributes: { QueueUrl: queueUrl, AttributeNames: { type: 'list', of: text } },
  SetQueueAttributes: { QueueUrl: queueUrl, Attributes: { ...queueAttributes, required: true } },
  SendMessage: { QueueUrl: queueUrl, ...message },
  SendMessageBatch: batch(message),
  ReceiveMessage: {
    QueueUrl: queueUrl,
    AttributeNames: { type: 'list', of: text },
    MessageSystemAttributeNames: { type: 'list', of: text },
    MessageAttributeNames: { type: 'list', of: { type: 'string', min: 1, max: 256 } },
    MaxNumberOfMessages: { type: 'integer', min: 1, max: 10 },
    VisibilityTimeout: visibilityTimeout,
    WaitTimeSeconds: { type: 'integer', min: 0, max: 20 },
    /** The messages of a lost answer come back when their visibility timeout ends. */
    ReceiveRequestAttemptId: { ...fifoId, support: 'ignored' },
  },
  DeleteMessage: { QueueUrl: queueUrl, ReceiptHandle: receiptHandle },
  DeleteMessageBatch: batch({ ReceiptHandle: receiptHandle }),
  ChangeMessageVisibility: {
    QueueUrl: queueUrl,
    ReceiptHandle: receiptHandle,
    VisibilityTimeout: { ...visibilityTimeout, required: true },
  },
  ChangeMessageVisibilityBatch: batch(inFlight),
  StartMessageMoveTask: {
    SourceArn: { ...text, required: true },
    DestinationArn: text,
    MaxNumberOfMessagesPerSecond: { type: 'integer', min: 1, max: 500 },
  },
  ListMessageMoveTasks: {
    SourceArn: { ...text, required: true },
    MaxResults: { type: 'integer', min: 1, max: 10 },
  },
  CancelMessageMoveTask: { TaskHandle: { ...text, required: true } },
} as const satisfies Inputs;
