import type { SQSRecord } from 'aws-lambda';

/** The records of a batch by their message groups, each in its order; those of a standard queue each for itself. */
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
 * What of a batch has to be delivered again: what failed, and whatever came behind it in its message group. Were that taken
 * for done, it would have been done before what failed.
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

/** A batch is of one queue. */
export function isFifoBatch([first]: readonly SQSRecord[]): boolean {
  return first !== undefined && isFifoRecord(first);
}

/** A message of a standard queue may have a message group, too, which then orders nothing. */
export function isFifoRecord({ attributes }: SQSRecord): boolean {
  return attributes.SequenceNumber !== undefined;
}

function groupOf(record: SQSRecord): string | undefined {
  return isFifoRecord(record) ? record.attributes.MessageGroupId : undefined;
}
