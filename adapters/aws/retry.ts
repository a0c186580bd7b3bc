import { sleep } from '#shared/sleep.ts';
/** The number of retries and the waits between them, for requests that AWS throttles. */
export interface RetryPolicy {
  /** The number of attempts, including the first. */
  readonly attempts: number;
  /** The longest first wait in milliseconds. The longest wait doubles with each retry. */
  readonly base: number;
  /** The longest wait of all, in milliseconds. */
  readonly longest: number;
  /** Returns a number from 0 to 1. */
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * All waits together take 6 s on average and 11 s at most. A shard or a bus that throttles has room again within
 * seconds, and the client waits for 25 s.
 */
export const standardRetry: RetryPolicy = {
  attempts: 8,
  base: 100,
  longest: 5_000,
  random: Math.random,
  sleep: (milliseconds) => sleep(milliseconds),
};

/**
 * Milliseconds before the next attempt after `failures` failed attempts. Exponential backoff with full jitter keeps
 * throttled callers from coming back together
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function backoff(failures: number, { base, longest, random }: RetryPolicy): number {
  return random() * Math.min(longest, base * 2 ** (failures - 1));
}
