import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into the mesh before its own code: at SIGUSR2 it collects garbage, so that what the heap then holds is what is
 * in use. Left to itself the collector lets garbage lie for as long as there is room, and no one could tell it from a leak.
 */
if (isMainThread) {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  process.on('SIGUSR2', () => collect());
}
