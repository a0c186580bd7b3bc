import type { SQSRecord } from 'aws-lambda';

/** Splits a batch by message group, in order. Each record of a standard queue is a lane of its own. */
export function lanesOf(records: readonly SQSRecord[]): readonly (readonly SQSRecord[])[] {
  const lanes: SQSRecord[][] = [];
  const groups = new Map<string, SQSRecord[]>();
  for (const record of records) {
    const group = groupOf(record);
    const known = group === undefined ? undefined : groups.get(group);
    if (known) {
      known.push(record);
      continue;
    }
    const lane = [record];
    lanes.push(lane);
    if (group !== undefined) groups.set(group, lane);
  }
  return lanes;
}

/**
 * The records that the queue must deliver again: each failed record, and all later records of its message group. If a later
 * record counted as done, it would be out of order.
 */
export function failedInOrder(records: readonly SQSRecord[], failed: ReadonlySet<string>): ReadonlySet<string> {
  if (failed.size === 0 || !isFifoBatch(records)) return failed;
  const all = new Set(failed);
  for (const lane of lanesOf(records)) {
    const first = lane.findIndex(({ messageId }) => failed.has(messageId));
    if (first >= 0) for (const { messageId } of lane.slice(first)) all.add(messageId);
  }
  return all;
}

/** All records of a batch come from one queue. */
export function isFifoBatch([first]: readonly SQSRecord[]): boolean {
  return first !== undefined && isFifoRecord(first);
}

/** Messages of a standard queue may have a message group too, but it has no effect on their order. */
export function isFifoRecord({ attributes }: SQSRecord): boolean {
  return attributes.SequenceNumber !== undefined;
}

function groupOf(record: SQSRecord): string | undefined {
  return isFifoRecord(record) ? record.attributes.MessageGroupId : undefined;
}
