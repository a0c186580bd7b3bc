import { invalidReceipt } from './errors.ts';

/** The receipt handle for clients. It contains the queue's name, so that it works for no other queue. */
export function receiptFor(queue: string, handle: string): string {
  return Buffer.from(JSON.stringify([queue, handle])).toString('base64url');
}

/** The queue's own handle. @throws ServiceError when the text is not a receipt, or is a receipt of another queue */
export function readReceipt(queue: string, receipt: string): string {
  try {
    const [, handle] = JSON.parse(Buffer.from(receipt, 'base64url').toString()) as unknown[];
    if (typeof handle === 'string' && receipt === receiptFor(queue, handle)) return handle;
  } catch {
    // The text is not a receipt. It gets the same error as a receipt of another queue.
  }
  throw invalidReceipt(receipt);
}
