import { Unanswered } from './retry.ts';

/** Of one request (milliseconds); a receive waits for less. */
const TIMEOUT = 30_000;

/** What the SDK makes of an error that the service answered with. */
interface ServiceException {
  readonly $fault: 'client' | 'server';
  readonly $metadata: { readonly httpStatusCode?: number };
}

/**
 * One request of an AWS SDK's client.
 *
 * @throws Unanswered when it got no answer or is to come again
 */
export async function ask<Output>(send: (options: { abortSignal: AbortSignal }) => Promise<Output>): Promise<Output> {
  try {
    return await send({ abortSignal: AbortSignal.timeout(TIMEOUT) });
  } catch (error) {
    // An answer that breaks off has a status, too: only what the service itself says has a fault.
    const { $fault: fault, $metadata: metadata } = error as Partial<ServiceException>;
    if (fault === undefined || metadata?.httpStatusCode === 503) throw new Unanswered('no answer', { cause: error });
    throw error;
  }
}
