import type { Work } from './step.ts';

/** The number of keys in a range. It takes a few milliseconds to read them. */
export const KEYS_PER_RANGE = 500;
/** The largest number of ranges. So a large store costs no more than a small one. */
const MAX_RANGES = 200;

/**
 * Reads ranges of keys that are spread evenly from the first to the last. Each range stands for `weight` times its keys.
 */
export async function sampleRanges(
  work: Work,
  first: number,
  last: number,
  measure: (from: number, to: number, weight: number) => void,
): Promise<void> {
  const stride = Math.max(KEYS_PER_RANGE, Math.ceil((last - first + 1) / MAX_RANGES));
  for (let from = first; from <= last && !work.isStopped; from += stride) {
    const start = from;
    await work.read(() => measure(start, start + KEYS_PER_RANGE - 1, stride / KEYS_PER_RANGE));
    await work.pause();
  }
}
