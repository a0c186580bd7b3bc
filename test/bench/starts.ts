import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#deployment/emulator/free-port.ts';
import { Mesh } from '#test/support/mesh.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** Milliseconds from the spawn of node. */
export interface Start {
  /** Until the mesh says that it is ready. */
  readonly ready: Spread;
  /** Until GET /health answers 200. */
  readonly health: Spread;
}

/** Milliseconds between two looks at /health. */
const LOOK = 2;

/** Starts and stops the mesh on a folder several times, as `npm start` does. */
export async function measureStarts(folders: readonly string[]): Promise<Start> {
  const ready: number[] = [];
  const health: number[] = [];
  for (const data of folders) {
    const port = await freePort();
    const watching = new AbortController();
    const begin = performance.now();
    const healthy = healthyAt(port, watching.signal);
    try {
      const mesh = await Mesh.start({ data, supervised: true, env: { STARLING_PORT: String(port) } });
      ready.push(performance.now() - begin);
      health.push((await healthy) - begin);
      await mesh.stop();
    } finally {
      watching.abort();
    }
  }
  return { ready: spreadOf(ready), health: spreadOf(health) };
}

async function healthyAt(port: number, signal: AbortSignal): Promise<number> {
  while (!signal.aborted) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/health`);
      await response.arrayBuffer();
      if (response.ok) return performance.now();
    } catch {
      // Nobody listens there yet.
    }
    await sleep(LOOK);
  }
  return performance.now();
}
