import type { KinesisStreamEvent, SQSEvent, SQSRecord } from 'aws-lambda';
import { failedInOrder } from '#shared/events/fifo-batch.ts';
import { ClaimError } from '#shared/ports/blob-store.ts';
import { eventOfPiped } from '#wiring/piped-event.ts';

/** Puts the data of an event back that was too large for the bus or the stream; any other goes through as it is. */
export interface Claims {
  redeemEvent(body: string): Promise<string>;
  redeemRecord(data: Uint8Array): Promise<Uint8Array>;
}

export interface Redeemed<Event> {
  readonly event: Event;
  /** The records that cannot be handed over now, and are to be delivered again. */
  readonly failed: readonly string[];
}

export interface RedeemOptions {
  readonly claims: Claims;
  /** The queue whose messages a pipe wrapped; those of any other are their senders', whatever they look like. */
  readonly pipedQueue: string | undefined;
  /** Takes a record that can never be whole, and says whether it has: then the record is done, and not delivered again. */
  readonly putAside: (error: ClaimError, record: string) => Promise<boolean>;
  readonly report: (recordId: string, error: unknown) => void;
}

/**
 * An SQS batch with every event whole. A message whose data cannot be fetched is left out and reported, as its
 * neighbours must not wait for it; with it what came behind it in its message group, where the queue is FIFO.
 */
export async function redeemMessages(event: SQSEvent, options: RedeemOptions): Promise<Redeemed<SQSEvent>> {
  const lost = new Set<string>();
  const records = await Promise.all(
    event.Records.map(async (record) => {
      const given = queueOf(record) === options.pipedQueue ? eventOfPiped(record.body) : record.body;
      try {
        const body = await options.claims.redeemEvent(given);
        return body === record.body ? record : { ...record, body };
      } catch (error) {
        if (!(await isDone(error, given, record.messageId, options))) lost.add(record.messageId);
        return undefined;
      }
    }),
  );
  const failed = failedInOrder(event.Records, lost);
  const whole = records.filter((record) => record !== undefined);
  return { event: { Records: whole.filter(({ messageId }) => !failed.has(messageId)) }, failed: [...failed] };
}

/**
 * A batch of a stream with every record whole. It ends before the first whose data cannot be fetched now: the order of a
 * shard does not bear a gap, except of what can never be had.
 */
export async function redeemStreamRecords(
  event: KinesisStreamEvent,
  options: RedeemOptions,
): Promise<Redeemed<KinesisStreamEvent>> {
  const records: KinesisStreamEvent['Records'] = [];
  for (const record of event.Records) {
    const { kinesis } = record;
    const given = Buffer.from(kinesis.data, 'base64');
    try {
      const whole = await options.claims.redeemRecord(given);
      const data = whole === given ? kinesis.data : Buffer.from(whole).toString('base64');
      records.push({ ...record, kinesis: { ...kinesis, data } });
    } catch (error) {
      if (await isDone(error, given.toString(), kinesis.sequenceNumber, options)) continue;
      return { event: { Records: records }, failed: [kinesis.sequenceNumber] };
    }
  }
  return { event: { Records: records }, failed: [] };
}

/** `arn:aws:sqs:eu-central-1:123456789012:starling-dev-orders.fifo` */
function queueOf({ eventSourceARN }: SQSRecord): string | undefined {
  return eventSourceARN.split(':')[5];
}

/** Reports the error, and puts the record aside where delivering it again would not help. */
async function isDone(
  error: unknown,
  record: string,
  id: string,
  { putAside, report }: RedeemOptions,
): Promise<boolean> {
  report(id, error);
  return error instanceof ClaimError && putAside(error, record);
}
