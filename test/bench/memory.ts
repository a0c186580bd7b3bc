import type { LoadGenerator } from './load-generator.ts';
import { countOf } from './load-protocol.ts';
import { measure } from './measure.ts';
import type { Server } from './servers.ts';

/** What a mesh holds while calls go by. */
export interface Memory {
  readonly samples: readonly MemorySample[];
  /** Bytes that each call of the second half leaves behind: the slope of the line through its samples. */
  readonly bytesPerCall: number;
}

export interface MemorySample {
  /** Since the first sample. */
  readonly calls: number;
  /** Bytes resident. */
  readonly resident: number;
}

/** Calls that are watched, after the warm-up of the rounds. */
const CALLS = 200_000;
/** Seconds between two samples. */
const EVERY = 3;

/** @returns undefined where the system does not tell what a process holds. */
export async function measureMemory(load: LoadGenerator, mesh: Server): Promise<Memory | undefined> {
  const samples: MemorySample[] = [];
  let calls = 0;
  while (calls < CALLS) {
    const measured = await measure(load, mesh, EVERY);
    if (measured.memory === undefined) return undefined;
    if (countOf(measured.failures) > 0 || measured.calls === 0) {
      throw new Error(`calls were answered wrongly: ${measured.failures.example ?? 'connections broke'}`);
    }
    calls += measured.calls;
    samples.push({ calls, resident: measured.memory });
  }
  return { samples, bytesPerCall: slopeOf(samples.slice(Math.floor(samples.length / 2))) };
}

/** Of the line with the least squares. 0 for a single sample. */
export function slopeOf(samples: readonly MemorySample[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const calls = mean(samples.map((sample) => sample.calls));
  const resident = mean(samples.map((sample) => sample.resident));
  let above = 0;
  let below = 0;
  for (const sample of samples) {
    above += (sample.calls - calls) * (sample.resident - resident);
    below += (sample.calls - calls) ** 2;
  }
  return below === 0 ? 0 : above / below;
}
