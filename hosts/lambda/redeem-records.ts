import type { KinesisStreamEvent, SQSEvent, SQSRecord } from 'aws-lambda';
import { failedInOrder } from '#shared/events/fifo-batch.ts';
import { ClaimError } from '#shared/ports/blob-store.ts';
import { eventOfPiped } from '#wiring/piped-event.ts';

/** Puts the data back into an event that was too large for the bus or the stream. Other events stay as they are. */
export interface Claims {
  redeemEvent(body: string): Promise<string>;
  redeemRecord(data: Uint8Array): Promise<Uint8Array>;
}

export interface Redeemed<Event> {
  readonly event: Event;
  /** The records that must be delivered again. */
  readonly failed: readonly string[];
}

export interface RedeemOptions {
  readonly claims: Claims;
  /** The queue whose messages a pipe wrapped. Messages of other queues are never unwrapped, whatever they look like. */
  readonly pipedQueue: string | undefined;
  /** Quarantines a record whose data is lost for good. Returns true when it did: the record is then not delivered again. */
  readonly putAside: (error: ClaimError, record: string) => Promise<boolean>;
  readonly report: (recordId: string, error: unknown) => void;
}

/**
 * Puts the data back into every event of an SQS batch. A message whose data cannot be fetched is left out and reported, so that
 * other messages do not wait for it. In a FIFO queue, the later messages of its group are left out too.
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
 * Puts the data back into every record of a stream's batch. The batch ends before the first record whose data cannot be fetched
 * now, because the order of a shard allows no gap. A record whose data is lost for good is skipped.
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

/** Reports the error, and quarantines the record when another delivery would not help. */
async function isDone(
  error: unknown,
  record: string,
  id: string,
  { putAside, report }: RedeemOptions,
): Promise<boolean> {
  report(id, error);
  return error instanceof ClaimError && putAside(error, record);
}
