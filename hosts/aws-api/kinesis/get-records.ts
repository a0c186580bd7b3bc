import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { StreamRecord } from '#shared/ports/event-stream.ts';
import { limits } from '../reference/limits.ts';
import type { Operation } from '../service.ts';
import { invalidArgument } from './errors.ts';
import { iteratorFor, readIterator } from './iterators.ts';
import { type Streams, streamArn } from './streams.ts';

const { answerBytes, answerRecords } = limits.kinesis;
/** The most records that one read of the store returns. The store also ends a page by its bytes. */
const PAGE = 1_000;

export function getRecords(stream: StandaloneRuntime['stream'], streams: Streams, clock: Clock): Operation {
  return async (input) => {
    const place = readIterator(input.requiredString('ShardIterator'), clock);
    const limit = input.integer('Limit') ?? answerRecords;
    const arn = input.string('StreamARN');
    if (arn !== undefined && arn !== streamArn(place.stream)) {
      throw invalidArgument(`The ShardIterator is of the stream ${place.stream}, and StreamARN names another stream.`);
    }
    await streams.checkShard(place.stream, place.shard);
    const records: StreamRecord[] = [];
    let { after } = place;
    let room: number = answerBytes;
    let isEnd = false;
    while (!isEnd && records.length < limit && room > 0) {
      const max = Math.min(PAGE, limit - records.length);
      const page = await stream.read(place.stream, place.shard, after, { max, wait: 0 });
      // A page may be short because its records are large. Only an empty page is the end.
      isEnd = page.length === 0;
      for (const record of page) {
        if (records.length > 0 && record.data.length > room) {
          room = 0;
          isEnd = false;
          break;
        }
        records.push(record);
        room -= record.data.length;
        after = record.sequenceNumber;
      }
    }
    const behind = isEnd ? 0 : Math.max(0, clock.now() - (records.at(-1)?.arrivedAt ?? 0));
    return {
      Records: records.map(answer),
      NextShardIterator: iteratorFor({ ...place, after }, clock),
      MillisBehindLatest: behind,
    };
  };
}

function answer({ sequenceNumber, partitionKey, data, arrivedAt }: StreamRecord): object {
  return {
    SequenceNumber: sequenceNumber,
    PartitionKey: partitionKey,
    Data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    ApproximateArrivalTimestamp: arrivedAt / 1000,
  };
}
