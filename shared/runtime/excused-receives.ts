import type { SQSRecord } from 'aws-lambda';

/**
 * The number of receives of a message that do not count towards the maximum of its queue. The host keeps the numbers
 * beside the records, so that a record has exactly the attributes that it has on AWS.
 */
export class ExcusedReceives {
  // A weak map: a handler may still ask after its invocation has timed out, and the host does not know when it asks for
  // the last time.
  readonly #counts = new WeakMap<SQSRecord, number>();

  note(record: SQSRecord, count: number): void {
    if (count > 0) this.#counts.set(record, count);
  }

  /** 0 for every other record. */
  of(record: SQSRecord): number {
    return this.#counts.get(record) ?? 0;
  }
}
