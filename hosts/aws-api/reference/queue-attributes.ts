import type { Support } from './member.ts';

export interface QueueAttribute {
  /** `always`: CreateQueue and SetQueueAttributes. `create`: CreateQueue only. Absent: clients only read it. */
  readonly set?: 'always' | 'create';
  /** Only FIFO queues have it. */
  readonly fifo?: true;
  /** The bounds of a whole number. */
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
  /** The value of a queue for which nobody set one. Absent: GetQueueAttributes then leaves the attribute out. */
  readonly default?: string;
  readonly support?: Support;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
export const queueAttributes = {
  VisibilityTimeout: { set: 'always', min: 0, max: 43_200, default: '30' },
  DelaySeconds: { set: 'always', min: 0, max: 900, default: '0' },
  ReceiveMessageWaitTimeSeconds: { set: 'always', min: 0, max: 20, default: '0' },
  MessageRetentionPeriod: { set: 'always', min: 60, max: 1_209_600, default: '345600' },
  MaximumMessageSize: { set: 'always', min: 1024, max: 1_048_576, default: '1048576' },
  RedrivePolicy: { set: 'always' },
  FifoQueue: { set: 'create', fifo: true, values: ['true'] },
  ContentBasedDeduplication: { set: 'always', fifo: true, values: ['true', 'false'], default: 'false' },
  DeduplicationScope: { set: 'always', fifo: true, values: ['queue', 'messageGroup'], default: 'queue' },
  FifoThroughputLimit: { set: 'always', fifo: true, values: ['perQueue', 'perMessageGroupId'], default: 'perQueue' },
  /** The mesh has one client identity and no encryption of its own. */
  Policy: { set: 'always', support: 'refused' },
  RedriveAllowPolicy: { set: 'always', support: 'refused' },
  KmsMasterKeyId: { set: 'always', support: 'refused' },
  KmsDataKeyReusePeriodSeconds: { set: 'always', min: 60, max: 86_400, support: 'refused' },
  SqsManagedSseEnabled: { set: 'always', values: ['true', 'false'], default: 'false', support: 'refused' },
  QueueArn: {},
  CreatedTimestamp: {},
  LastModifiedTimestamp: {},
  ApproximateNumberOfMessages: {},
  ApproximateNumberOfMessagesNotVisible: {},
  ApproximateNumberOfMessagesDelayed: {},
} as const satisfies Readonly<Record<string, QueueAttribute>>;

export type QueueAttributeName = keyof typeof queueAttributes;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
export const messageSystemAttributes = [
  'SenderId',
  'SentTimestamp',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'SequenceNumber',
  'MessageDeduplicationId',
  'MessageGroupId',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
] as const;

export type MessageSystemAttribute = (typeof messageSystemAttributes)[number];
