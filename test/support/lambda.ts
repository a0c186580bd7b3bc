import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';

/** What Lambda tells a function of its invocation. */
export function lambdaContext(functionName = 'echo', timeLeft = 30_000): Context {
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    memoryLimitInMB: '512',
    awsRequestId: 'request-1',
    logGroupName: '',
    logStreamName: '',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => timeLeft,
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}

export interface RecordOptions {
  readonly messageId?: string;
  readonly receiveCount?: number;
  /** Makes it a message of a FIFO queue. */
  readonly groupId?: string;
}

/** The records of a queue as its event source mapping hands them over. */
export function sqsEvent(...records: SQSRecord[]): SQSEvent {
  return { Records: records };
}

export function sqsRecord(body: unknown, options: RecordOptions = {}): SQSRecord {
  const { messageId = 'message-1', receiveCount = 1, groupId } = options;
  return {
    messageId,
    receiptHandle: `receipt-of-${messageId}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: '0',
      SenderId: '000000000000',
      ApproximateFirstReceiveTimestamp: '0',
      ...(groupId !== undefined && {
        MessageGroupId: groupId,
        MessageDeduplicationId: messageId,
        SequenceNumber: '00000000000000000001',
      }),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:starling-local-echo${groupId === undefined ? '' : '.fifo'}`,
    awsRegion: 'us-east-1',
  };
}
