import { type _Record, GetRecordsCommand, GetShardIteratorCommand, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { DeleteMessageCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { KinesisStreamRecord, SQSRecord } from 'aws-lambda';
import { clients } from './stage.ts';

/** Messages as an event source mapping would hand them over; at most ten, at least one within `seconds` or none. */
export async function receive(queue: string, seconds: number): Promise<SQSRecord[]> {
  const { Messages = [] } = await clients.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queue,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: seconds,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  for (const { ReceiptHandle } of Messages) {
    await clients.sqs.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle }));
  }
  return Messages.map((message) => sqsRecord(message, queue));
}

function sqsRecord({ MessageId, ReceiptHandle, Body, Attributes = {} }: Message, queue: string): SQSRecord {
  return {
    messageId: MessageId ?? '',
    receiptHandle: ReceiptHandle ?? '',
    body: Body ?? '',
    attributes: {
      ApproximateReceiveCount: Attributes.ApproximateReceiveCount ?? '1',
      SentTimestamp: Attributes.SentTimestamp ?? '0',
      SenderId: Attributes.SenderId ?? '',
      ApproximateFirstReceiveTimestamp: Attributes.ApproximateFirstReceiveTimestamp ?? '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queue.slice(queue.lastIndexOf('/') + 1)}`,
    awsRegion: 'us-east-1',
  };
}

/** Reads on from where the last read ended. */
export class StreamReader {
  readonly #stream: string;
  #iterator: string | undefined;

  constructor(stream: string) {
    this.#stream = stream;
  }

  /** All records that there are now. */
  async records(): Promise<KinesisStreamRecord[]> {
    this.#iterator ??= await this.#begin();
    const all: KinesisStreamRecord[] = [];
    for (;;) {
      const { Records = [], NextShardIterator } = await clients.kinesis.send(
        new GetRecordsCommand({ ShardIterator: this.#iterator }),
      );
      this.#iterator = NextShardIterator;
      all.push(...Records.map((record) => kinesisRecord(record, this.#stream)));
      if (Records.length === 0) return all;
    }
  }

  async #begin(): Promise<string | undefined> {
    const { Shards = [] } = await clients.kinesis.send(new ListShardsCommand({ StreamName: this.#stream }));
    const where = { StreamName: this.#stream, ShardId: Shards[0]?.ShardId };
    const command = new GetShardIteratorCommand({ ...where, ShardIteratorType: 'TRIM_HORIZON' });
    return (await clients.kinesis.send(command)).ShardIterator;
  }
}

function kinesisRecord({ Data = new Uint8Array(), PartitionKey = '', SequenceNumber = '' }: _Record, stream: string) {
  return {
    kinesis: {
      data: Buffer.from(Data).toString('base64'),
      partitionKey: PartitionKey,
      sequenceNumber: SequenceNumber,
      approximateArrivalTimestamp: 0,
      kinesisSchemaVersion: '1.0',
    },
    eventID: `shardId-000000000000:${SequenceNumber}`,
    eventName: 'aws:kinesis:record',
    eventVersion: '1.0',
    eventSource: 'aws:kinesis',
    awsRegion: 'us-east-1',
    eventSourceARN: `arn:aws:kinesis:us-east-1:000000000000:stream/${stream}`,
    invokeIdentityArn: '',
  } satisfies KinesisStreamRecord;
}
