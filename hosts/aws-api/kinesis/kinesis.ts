import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { pageOf } from '../pages.ts';
import { kinesisInputs } from '../reference/kinesis.ts';
import { limits } from '../reference/limits.ts';
import type { Service } from '../service.ts';
import { invalidArgument, validationMessages } from './errors.ts';
import { getRecords } from './get-records.ts';
import { iteratorFor, positionOf } from './iterators.ts';
import { pageToken, readPageToken } from './page-tokens.ts';
import { putRecord, putRecords } from './put.ts';
import { describedShards, shardList } from './shards.ts';
import { Streams, streamArn } from './streams.ts';

export interface KinesisOptions {
  readonly stream: StandaloneRuntime['stream'];
  readonly clock: Clock;
  /** Milliseconds for which a stream keeps its records. */
  readonly retention: (stream: string) => number;
  /** The time when the streams were created, in milliseconds since 1970. Each start creates them. */
  readonly since: number;
}

const { describedShards: maxDescribed, listedStreams } = limits.kinesis;

/** Amazon Kinesis Data Streams: https://docs.aws.amazon.com/kinesis/latest/APIReference/Welcome.html */
export function kinesisService({ stream, clock, retention, since }: KinesisOptions): Service<typeof kinesisInputs> {
  const streams = new Streams(stream);
  const summary = (name: string) => ({
    StreamName: name,
    StreamARN: streamArn(name),
    StreamStatus: 'ACTIVE',
    StreamModeDetails: { StreamMode: 'PROVISIONED' },
    StreamCreationTimestamp: since / 1000,
  });
  const description = (name: string) => ({
    ...summary(name),
    RetentionPeriodHours: retention(name) / 3_600_000,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: 'NONE',
  });
  return {
    target: 'Kinesis_20131202',
    signingName: 'kinesis',
    contentType: 'application/x-amz-json-1.1',
    queryCompatible: false,
    throttled: 'ProvisionedThroughputExceededException',
    validationMessages,
    inputs: kinesisInputs,
    operations: {
      PutRecord: putRecord(stream, streams),
      PutRecords: putRecords(stream, streams),
      GetRecords: getRecords(stream, streams, clock),
      ListShards: shardList(streams, clock),
      async GetShardIterator(input) {
        return { ShardIterator: iteratorFor(await positionOf(input, { stream, streams, clock }), clock) };
      },
      async DescribeStreamSummary(input) {
        const name = streams.named(input);
        return {
          StreamDescriptionSummary: {
            ...description(name),
            OpenShardCount: (await streams.shards(name)).length,
            ConsumerCount: 0,
          },
        };
      },
      async DescribeStream(input) {
        const name = streams.named(input);
        const after = input.string('ExclusiveStartShardId');
        const limit = Math.min(input.integer('Limit') ?? maxDescribed, maxDescribed);
        const shards = describedShards(await streams.shards(name)).filter(
          ({ ShardId }) => after === undefined || ShardId > after,
        );
        return {
          StreamDescription: {
            ...description(name),
            Shards: shards.slice(0, limit),
            HasMoreShards: shards.length > limit,
          },
        };
      },
      ListStreams(input) {
        const after = input.string('ExclusiveStartStreamName');
        const token = input.string('NextToken');
        const names = streams.names().filter((name) => after === undefined || name > after);
        const { items, next } = pageOf(names, {
          name: (name) => name,
          limit: input.integer('Limit') ?? listedStreams,
          token: token === undefined ? undefined : readPageToken(token, clock),
          invalid: () => invalidArgument('Invalid NextToken.'),
        });
        return {
          StreamNames: items,
          StreamSummaries: items.map(summary),
          HasMoreStreams: next !== undefined,
          ...(next !== undefined && { NextToken: pageToken(next, clock) }),
        };
      },
    },
  };
}
