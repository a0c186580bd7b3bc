import { invalidReceipt } from './errors.ts';

/** A receipt handle as clients get it: it names its queue, so that it fits no other. */
export function receiptFor(queue: string, handle: string): string {
  return Buffer.from(JSON.stringify([queue, handle])).toString('base64url');
}

/** The queue's own handle. @throws ServiceError for what is none, and for that of another queue */
export function readReceipt(queue: string, receipt: string): string {
  try {
    const [, handle] = JSON.parse(Buffer.from(receipt, 'base64url').toString()) as unknown[];
    if (typeof handle === 'string' && receipt === receiptFor(queue, handle)) return handle;
  } catch {
    // Not a receipt, like one of another queue.
  }
  throw invalidReceipt(receipt);
}
