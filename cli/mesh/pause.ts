import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two tries to reach a mesh that has gone: short, as one that was restarted is back in a second. */
const PAUSE = 500;

/** Resolves after a while, or at once when the signal aborts. */
export async function pause(signal?: AbortSignal): Promise<void> {
  try {
    await sleep(PAUSE, undefined, { ...(signal && { signal }) });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
