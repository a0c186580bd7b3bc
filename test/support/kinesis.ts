import type { KinesisStreamEvent } from 'aws-lambda';

/** A batch of a stream as its event source mapping hands it over; the sequence numbers count from 1. */
export function kinesisEvent(...texts: string[]): KinesisStreamEvent {
  return {
    Records: texts.map((text, index) => ({
      awsRegion: 'us-east-1',
      eventID: `shardId-0:${index + 1}`,
      eventName: 'aws:kinesis:record',
      eventSource: 'aws:kinesis',
      eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/starling-dev-artifacts',
      eventVersion: '1.0',
      invokeIdentityArn: 'arn:aws:iam::000000000000:role/chunks',
      kinesis: {
        approximateArrivalTimestamp: 0,
        data: Buffer.from(text).toString('base64'),
        kinesisSchemaVersion: '1.0',
        partitionKey: 'task',
        sequenceNumber: String(index + 1),
      },
    })),
  };
}
