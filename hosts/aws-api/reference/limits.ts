/**
 * AWS's limits that do not belong to one parameter: of calls, answers and resources. Bytes and numbers count as allowed.
 *
 * - https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 * - https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 * - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-quotas.html
 */
export const limits = {
  events: {
    /** All entries of PutEvents together. */
    callBytes: 1_048_576,
    rulesPerBus: 300,
    targetsPerRule: 5,
    /** In an answer of each list operation. */
    listed: 100,
  },
  kinesis: {
    /** The data of a record with its partition key. */
    recordBytes: 1_048_576,
    /** All records of PutRecords together, with their partition keys. */
    callBytes: 10_485_760,
    /** In an answer of GetRecords. */
    answerBytes: 10_485_760,
    answerRecords: 10_000,
    iteratorMinutes: 5,
    tokenMinutes: 5,
    /** In an answer of DescribeStream, ListShards and ListStreams. */
    describedShards: 100,
    listedShards: 1000,
    listedStreams: 100,
  },
  sqs: {
    /** A message, and all messages of a batch together, with their attributes. */
    messageBytes: 1_048_576,
    /** From a receive to the end of the message's time in flight. */
    inFlightSeconds: 43_200,
    maxReceiveCount: 1000,
    /** From DeleteQueue to CreateQueue with the same name. */
    deletedSeconds: 60,
    /** From one PurgeQueue to the next. */
    purgedSeconds: 60,
    /** In an answer of ListQueues. */
    listedQueues: 1000,
    /** Tasks of one source that ListMessageMoveTasks lists. */
    listedTasks: 10,
    runningTasksPerSource: 1,
  },
} as const;
