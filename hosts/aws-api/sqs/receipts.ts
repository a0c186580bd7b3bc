import { invalidReceipt } from './errors.ts';

export interface Receipt {
  /** A receipt is valid for this queue only. */
  readonly queue: string;
  /** The queue's own handle. */
  readonly handle: string;
  /** Milliseconds since 1970. Absent in receipts of older versions. */
  readonly receivedAt?: number;
}

/** The receipt handle for clients. */
export function receiptFor({ queue, handle, receivedAt }: Receipt): string {
  const parts = receivedAt === undefined ? [queue, handle] : [queue, handle, receivedAt];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @throws ServiceError when the text is not a receipt, or is a receipt of another queue */
export function readReceipt(queue: string, text: string): Receipt {
  try {
    const [, handle, receivedAt] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    if (typeof handle === 'string' && (receivedAt === undefined || typeof receivedAt === 'number')) {
      const receipt = { queue, handle, ...(receivedAt !== undefined && { receivedAt }) };
      if (text === receiptFor(receipt)) return receipt;
    }
  } catch {
    // The text is not a receipt. It gets the same error as a receipt of another queue.
  }
  throw invalidReceipt(text);
}
