import type { _Record } from '@aws-sdk/client-kinesis';
import type { StreamRecord } from '#shared/ports/event-stream.ts';

/** Kinesis gives every record these members. The SDK's types call them optional. */
export function streamRecord(record: _Record): StreamRecord {
  const { PartitionKey, Data, SequenceNumber, ApproximateArrivalTimestamp } = record;
  if (!PartitionKey || !Data || !SequenceNumber || !ApproximateArrivalTimestamp) {
    throw new Error('Kinesis left out a part of a record');
  }
  return {
    partitionKey: PartitionKey,
    data: Data,
    sequenceNumber: SequenceNumber,
    arrivedAt: ApproximateArrivalTimestamp.getTime(),
  };
}
