import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { ask } from '../aws-client.ts';
import type { OrderedPut } from '../ledger.ts';
import { Load, type Operation } from '../load.ts';
import { Unanswered, untilAnswered } from '../retry.ts';
import type { LoadContext } from './context.ts';

export const StreamName = 'chaos-readings';

/** Records of one PutRecords, of two partition keys. */
const BATCH = 20;

/** Producers of records: each has partition keys of its own, and puts the next when the one before is acknowledged. */
export function recordLoads(context: LoadContext): readonly Load[] {
  const places = new Map<string, number>();
  return [
    new Load({
      name: 'PutRecords',
      target: Math.ceil(400 * context.scale),
      workers: 6,
      surprises: context.ledger.surprises,
      perform: (operation) => putRecords(context, places, operation),
    }),
  ];
}

async function putRecords({ aws, ledger }: LoadContext, places: Map<string, number>, operation: Operation) {
  const batch = Array.from({ length: BATCH }, (_, index): OrderedPut => {
    const group = `key-${operation.worker}-${index % 2}`;
    const place = places.get(group) ?? 0;
    places.set(group, place + 1);
    return { key: `${group}/${place}`, group, place, tries: { count: 0 }, id: undefined };
  });
  ledger.records.push(...batch);
  await untilAnswered(async () => {
    for (const { tries } of batch) tries.count++;
    const Records = batch.map(({ key, group }) => ({ PartitionKey: group, Data: Buffer.from(key) }));
    const command = new PutRecordsCommand({ StreamName, Records });
    const result = await ask((options) => aws.kinesis.send(command, options));
    // All or none here (docs/aws-protocols.md), so that order per key holds with repeats.
    if (result.FailedRecordCount !== 0) throw new Unanswered('records were not taken');
    for (const [index, { ShardId, SequenceNumber }] of (result.Records ?? []).entries()) {
      const put = batch[index];
      if (put) put.id = `${ShardId}/${SequenceNumber}`;
    }
  });
  operation.acknowledged();
}
