import { sleep } from '#shared/sleep.ts';

/** Milliseconds between two tries to reach a mesh that has gone: short, as one that was restarted is back in a second. */
const PAUSE_MS = 500;

/** Resolves after a while, or at once when the signal aborts. */
export function pause(signal?: AbortSignal): Promise<void> {
  return sleep(PAUSE_MS, signal);
}
