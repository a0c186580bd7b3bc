import type { SQSEvent, SQSRecord } from 'aws-lambda';

/** The messages of an event of a queue; empty for any other event. */
export function recordsOf(event: unknown): readonly SQSRecord[] {
  const { Records = [] } = (event ?? {}) as Partial<SQSEvent>;
  return Records.filter(({ eventSource }) => eventSource === 'aws:sqs');
}
