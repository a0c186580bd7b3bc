import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { backoff, type RetryPolicy } from '../retry.ts';

/**
 * Sends the entries of a batch. Sends those that failed through no fault of ours again, until AWS accepted all.
 *
 * @param call returns the entries that failed
 * @throws an error that has SQS's code as its name, for the first entry that SQS never accepts
 */
export async function untilTaken<Entry extends { readonly Id?: string | undefined }>(
  entries: readonly Entry[],
  retry: RetryPolicy,
  call: (rest: Entry[]) => Promise<readonly BatchResultErrorEntry[]>,
): Promise<void> {
  let rest = [...entries];
  for (let failures = 1; ; failures++) {
    const failed = await call(rest);
    if (failed.length === 0) return;
    const final = failures < retry.attempts ? failed.find(({ SenderFault }) => SenderFault) : failed[0];
    if (final) throw Object.assign(new Error(final.Message ?? 'SQS gave no reason'), { name: final.Code });
    const again = new Set(failed.map(({ Id }) => Id));
    rest = rest.filter(({ Id }) => again.has(Id));
    await retry.sleep(backoff(failures, retry));
  }
}
