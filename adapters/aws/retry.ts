import { sleep } from '#shared/sleep.ts';
/** How often and after how long something is tried again that AWS refused for the moment. */
export interface RetryPolicy {
  /** Tries altogether, the first included. */
  readonly attempts: number;
  /** Milliseconds that the first wait may last at most; each further one may last twice as long. */
  readonly base: number;
  /** Milliseconds that no wait exceeds. */
  readonly longest: number;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Waits 6 s in sum on average and 11 s at most: a shard or a bus that throttles has room again within seconds, and who
 * waits for the task waits for 25.
 */
export const standardRetry: RetryPolicy = {
  attempts: 8,
  base: 100,
  longest: 5_000,
  random: Math.random,
  sleep: (milliseconds) => sleep(milliseconds),
};

/**
 * Milliseconds before the try after `failures` failed ones: exponential backoff with full jitter, so that those who were
 * throttled together do not come back together
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function backoff(failures: number, { base, longest, random }: RetryPolicy): number {
  return random() * Math.min(longest, base * 2 ** (failures - 1));
}
