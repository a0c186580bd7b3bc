import { soak } from './soak/soak.ts';
import { heapPerCall } from './soak/verdict.ts';

/** What a mesh holds while calls go by: each time after its garbage was collected. */
export interface Memory {
  readonly samples: readonly MemorySample[];
  /** Bytes of the heap that each call after the warm-up leaves behind: the slope of the line through its samples. */
  readonly bytesPerCall: number;
}

export interface MemorySample {
  /** Since the start. */
  readonly calls: number;
  /** Bytes of the JavaScript heap in use. */
  readonly heap: number;
  /** Bytes resident. */
  readonly resident: number;
}

/** The first 100,000 fill what the mesh keeps of recent messages. */
const CALLS = 300_000;
/** The mesh's own defaults: nothing is deleted meanwhile. */
const MAX_STORE = 10 * 1024 ** 3;
const RETENTION = 30;

export async function measureMemory(folder: string, onSample: (sample: MemorySample) => void): Promise<Memory> {
  const options = { help: false, calls: CALLS, maxStore: MAX_STORE, retention: RETENTION, json: undefined, folder };
  const { samples } = await soak(options, onSample);
  return {
    samples: samples.map(({ calls, heap, resident }) => ({ calls, heap, resident })),
    bytesPerCall: heapPerCall(samples),
  };
}
