import type { Inputs, Members } from './member.ts';

const streamName = { type: 'string', min: 1, max: 128, pattern: '[a-zA-Z0-9_.-]+' } as const;
const shardId = streamName;
const nextToken = { type: 'string', min: 1, max: 1_048_576 } as const;
const limit = { type: 'integer', min: 1, max: 10_000 } as const;
const sequenceNumber = { type: 'string', pattern: '^(0|([1-9]\\d{0,128}))$' } as const;

/** `StreamId` is reserved by AWS for later. */
const stream = {
  StreamName: streamName,
  StreamARN: { type: 'string', min: 1, max: 2048, pattern: 'arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+' },
  StreamId: { type: 'string', min: 1, max: 24, pattern: '[a-z0-9]{20}-[a-z0-9]{3}', support: 'refused' },
} as const;

/** AWS only checks the request. The mesh has no such check, and must not do what the request asks for. */
const dryRun = { type: 'boolean', support: 'refused' } as const;

const record = {
  /** Bytes. AWS takes up to 10 MiB from streams that allow it (UpdateMaxRecordSize). The default is 1 MiB. */
  Data: { type: 'blob', min: 0, max: 1_048_576, required: true },
  PartitionKey: { type: 'string', min: 1, max: 256, required: true },
  ExplicitHashKey: { type: 'string', pattern: '^(0|([1-9]\\d{0,38}))$' },
} as const satisfies Members;

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html */
export const kinesisInputs = {
  PutRecord: {
    ...stream,
    ...record,
    /** The mesh keeps all records of a partition key in the order in which they came. */
    SequenceNumberForOrdering: { ...sequenceNumber, support: 'ignored' },
    DryRun: dryRun,
  },
  PutRecords: {
    ...stream,
    Records: { type: 'list', min: 1, max: 500, required: true, of: { type: 'structure', members: record } },
    DryRun: dryRun,
  },
  GetRecords: {
    ShardIterator: { type: 'string', min: 1, max: 512, required: true },
    Limit: limit,
    StreamARN: stream.StreamARN,
    StreamId: stream.StreamId,
    DryRun: dryRun,
  },
  GetShardIterator: {
    ...stream,
    ShardId: { ...shardId, required: true },
    ShardIteratorType: {
      type: 'string',
      values: ['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER', 'TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'],
      required: true,
    },
    StartingSequenceNumber: sequenceNumber,
    Timestamp: { type: 'timestamp' },
    DryRun: dryRun,
  },
  ListShards: {
    ...stream,
    NextToken: nextToken,
    ExclusiveStartShardId: shardId,
    MaxResults: limit,
    /** Tells streams of one name apart. The mesh makes no stream a second time. */
    StreamCreationTimestamp: { type: 'timestamp', support: 'ignored' },
    ShardFilter: {
      type: 'structure',
      members: {
        Type: {
          type: 'string',
          values: [
            'AFTER_SHARD_ID',
            'AT_TRIM_HORIZON',
            'FROM_TRIM_HORIZON',
            'AT_LATEST',
            'AT_TIMESTAMP',
            'FROM_TIMESTAMP',
          ],
          required: true,
        },
        ShardId: shardId,
        Timestamp: { type: 'timestamp' },
      },
    },
  },
  ListStreams: { Limit: limit, ExclusiveStartStreamName: streamName, NextToken: nextToken },
  DescribeStream: { ...stream, Limit: limit, ExclusiveStartShardId: shardId },
  DescribeStreamSummary: stream,
} as const satisfies Inputs;
