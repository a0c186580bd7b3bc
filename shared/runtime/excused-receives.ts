import type { SQSRecord } from 'aws-lambda';

/**
 * How many receives of a message do not count towards its queue's last. The host keeps the numbers beside the records, so that a
 * record has exactly the attributes that it has on AWS.
 */
export class ExcusedReceives {
  // Weak: a handler may ask after its invocation has timed out, and the host does not know when it asks last.
  readonly #counts = new WeakMap<SQSRecord, number>();

  note(record: SQSRecord, count: number): void {
    if (count > 0) this.#counts.set(record, count);
  }

  /** 0 for every other record. */
  of(record: SQSRecord): number {
    return this.#counts.get(record) ?? 0;
  }
}
