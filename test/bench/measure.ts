import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadGenerator } from './load-generator.ts';
import type { LoadResult } from './load-protocol.ts';
import { usageOf } from './process-usage.ts';
import type { Server } from './servers.ts';

export const CONNECTIONS = 32;
/** Seconds of load that a server gets before it is measured, so that its code is compiled. */
export const WARM_UP = 4;
/** Milliseconds for a server to end what the load has left behind, so that it does not disturb the next one. */
const SETTLE = 500;

/** One server in one round. */
export interface Measurement {
  readonly calls: number;
  readonly callsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of the server's process; undefined where the system does not tell. */
  readonly cpuPerCall: number | undefined;
  /** Bytes resident after the round. */
  readonly memory: number | undefined;
  readonly failures: LoadResult['failures'];
}

export async function measure(load: LoadGenerator, server: Server, seconds: number): Promise<Measurement> {
  const before = await usageOf(server.pid);
  const result = await load.run({ url: server.url, headers: server.headers, connections: CONNECTIONS, seconds });
  await sleep(SETTLE);
  const after = await usageOf(server.pid);
  return {
    calls: result.calls,
    callsPerSecond: result.calls / result.seconds,
    p50: result.p50,
    p99: result.p99,
    cpuPerCall: before && after && (after.cpu - before.cpu) / result.calls,
    memory: after?.memory,
    failures: result.failures,
  };
}

/** @throws Error when the answers are not what they should be: there is then nothing to measure. */
export async function warmUp(load: LoadGenerator, server: Server): Promise<void> {
  const { calls, failures } = await measure(load, server, WARM_UP);
  if (calls === 0)
    throw new Error(
      `the ${server.name} answered no call rightly; the first wrong answer: ${failures.example ?? 'none at all'}`,
    );
}
