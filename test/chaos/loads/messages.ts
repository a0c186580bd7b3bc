import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { ask } from '../aws-client.ts';
import type { OrderedPut, QueueLedger } from '../ledger.ts';
import { Load, type Operation } from '../load.ts';
import { Unanswered, untilAnswered } from '../retry.ts';
import type { LoadContext } from './context.ts';

/** Messages of one SendMessageBatch, of two groups. */
const BATCH = 6;

export interface ProducedQueue {
  readonly url: string;
  readonly fifo: boolean;
  readonly ledger: QueueLedger;
}

/** Producers of a queue: each has groups of its own, and sends the next batch when the one before is acknowledged. */
export function messageLoad(context: LoadContext, name: string, queue: ProducedQueue): Load {
  const places = new Map<string, number>();
  return new Load({
    name,
    target: Math.ceil(250 * context.scale),
    workers: 4,
    surprises: context.ledger.surprises,
    perform: (operation) => sendBatch(context, queue, places, operation),
  });
}

async function sendBatch(
  { aws }: LoadContext,
  { url, fifo, ledger }: ProducedQueue,
  places: Map<string, number>,
  { worker, acknowledged }: Operation,
): Promise<void> {
  const batch = Array.from({ length: BATCH }, (_, index): OrderedPut => {
    const group = `group-${worker}-${index % 2}`;
    const place = places.get(group) ?? 0;
    places.set(group, place + 1);
    return { key: `${group}/${place}`, group, place, tries: { count: 0 }, id: undefined };
  });
  ledger.sent.push(...batch);
  let left: readonly OrderedPut[] = batch;
  await untilAnswered(async () => {
    for (const { tries } of left) tries.count++;
    const Entries = left.map(({ key, group, place }, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify({ key, group, place }),
      ...(fifo && { MessageGroupId: group, MessageDeduplicationId: key }),
    }));
    const command = new SendMessageBatchCommand({ QueueUrl: url, Entries });
    const { Successful = [], Failed = [] } = await ask((options) => aws.sqs.send(command, options));
    for (const { Id, MessageId } of Successful) {
      const put = left[Number(Id)];
      if (put) put.id = MessageId;
    }
    if (Failed.some(({ SenderFault }) => SenderFault)) throw new Error(`refused: ${JSON.stringify(Failed)}`);
    left = left.filter(({ id }) => id === undefined);
    if (left.length > 0) throw new Unanswered(`${left.length} messages were not taken`);
  });
  acknowledged();
}
