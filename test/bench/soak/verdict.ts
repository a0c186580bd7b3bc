import { slopeOf } from '../statistics.ts';
import type { Sample, Soak } from './soak.ts';

/**
 * Calls until the mesh holds all that it keeps in memory: it knows the ids of the last 100,000 messages
 * (adapters/sqlite/recent-messages.ts).
 */
const WARM_UP = 100_000;
/** How much larger something may be in the second half of what follows the warm-up than in the first: what comes and goes with the load. */
const SWING = 1.1;
/** Bytes of the heap that a call may leave behind. One that kept no more than its message's id would leave some 200. */
const LEFT_BEHIND = 60;
/** The file may be so many times the bound: the store is looked at now and then, and may hold what is fresh. */
const FILE = 2;

/** What grew after the warm-up that should not have. */
export function growths({ samples, maxStore }: Pick<Soak, 'samples' | 'maxStore'>): readonly string[] {
  const warm = afterWarmUp(samples);
  const first = warm.slice(0, Math.floor(warm.length / 2));
  const second = warm.slice(first.length);
  if (first.length < 2) return [`of ${WARM_UP} calls nothing can be said: make more`];
  const found: string[] = [];
  for (const what of ['file', 'log', 'live', 'resident'] as const) {
    const [before, after] = [most(first, what), most(second, what)];
    if (after > before * SWING) found.push(`${what}: ${before} bytes at the most, and then ${after}`);
  }
  if (most(warm, 'file') > maxStore * FILE) found.push(`file: ${most(warm, 'file')} bytes with a bound of ${maxStore}`);
  const left = heapPerCall(samples);
  if (left > LEFT_BEHIND) found.push(`heap: ${Math.round(left)} bytes a call`);
  return found;
}

/** Bytes of the heap that each call after the warm-up leaves behind, by the line through the samples. */
export function heapPerCall(samples: readonly Sample[]): number {
  return slopeOf(afterWarmUp(samples).map(({ calls, heap }) => ({ x: calls, y: heap })));
}

function afterWarmUp(samples: readonly Sample[]): readonly Sample[] {
  return samples.filter(({ calls }) => calls > WARM_UP);
}

function most(samples: readonly Sample[], what: 'file' | 'log' | 'live' | 'resident'): number {
  return Math.max(...samples.map((sample) => sample[what]));
}
