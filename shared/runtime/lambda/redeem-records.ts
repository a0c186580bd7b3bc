import type { KinesisStreamEvent, SQSEvent } from 'aws-lambda';

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

type Report = (recordId: string, error: unknown) => void;

/**
 * An SQS batch with every event whole. A message whose data cannot be fetched is left out and reported, as its
 * neighbours must not wait for it.
 */
export async function redeemMessages(event: SQSEvent, claims: Claims, report: Report): Promise<Redeemed<SQSEvent>> {
  const failed: string[] = [];
  const records = await Promise.all(
    event.Records.map(async (record) => {
      try {
        const body = await claims.redeemEvent(record.body);
        return body === record.body ? record : { ...record, body };
      } catch (error) {
        report(record.messageId, error);
        failed.push(record.messageId);
        return undefined;
      }
    }),
  );
  return { event: { Records: records.filter((record) => record !== undefined) }, failed };
}

/**
 * A batch of a stream with every record whole. It ends before the first whose data cannot be fetched: the order of a
 * shard does not bear a gap.
 */
export async function redeemStreamRecords(
  event: KinesisStreamEvent,
  claims: Claims,
  report: Report,
): Promise<Redeemed<KinesisStreamEvent>> {
  const records: KinesisStreamEvent['Records'] = [];
  for (const record of event.Records) {
    const { kinesis } = record;
    try {
      const given = Buffer.from(kinesis.data, 'base64');
      const whole = await claims.redeemRecord(given);
      const data = whole === given ? kinesis.data : Buffer.from(whole).toString('base64');
      records.push({ ...record, kinesis: { ...kinesis, data } });
    } catch (error) {
      report(kinesis.sequenceNumber, error);
      return { event: { Records: records }, failed: [kinesis.sequenceNumber] };
    }
  }
  return { event: { Records: records }, failed: [] };
}
