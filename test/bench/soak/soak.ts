import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Mesh } from '#test/support/mesh.ts';
import { bearer } from '#test/support/mesh-client.ts';
import { LoadGenerator } from '../load-generator.ts';
import { countOf } from '../load-protocol.ts';
import { describeMachine, type Machine } from '../machine.ts';
import { CONNECTIONS } from '../measure.ts';
import { usageOf } from '../process-usage.ts';
import type { Options } from './options.ts';

/** What the mesh holds after so many calls. Sizes in bytes. */
export interface Sample {
  readonly calls: number;
  readonly callsPerSecond: number;
  /** Milliseconds, of the calls since the last sample. */
  readonly p99: number;
  /** Microseconds of the process's processor time a call since the last sample; undefined where the system does not tell. */
  readonly cpuPerCall: number | undefined;
  readonly resident: number;
  /** What is in use of the heap: garbage was collected before. */
  readonly heap: number;
  /** Of the store: pages in use, the database file, the write-ahead log. */
  readonly live: number;
  readonly file: number;
  readonly log: number;
  /** Tasks that retention took out up to now. */
  readonly pruned: number;
}

export interface Soak {
  readonly machine: Machine;
  readonly maxStore: number;
  /** Days. */
  readonly retention: number;
  readonly samples: readonly Sample[];
}

/** Seconds of load between two samples. */
const EVERY = 3;
/** Milliseconds for the mesh to end what the load left behind, and to collect garbage. */
const SETTLE = 500;

/**
 * Calls a mesh in a process of its own until it has answered so many calls.
 *
 * @throws Error when a call is answered wrongly: the figures would say nothing.
 */
export async function soak(options: Options, onSample: (sample: Sample) => void): Promise<Soak> {
  const { calls, maxStore, retention, folder } = options;
  mkdirSync(folder, { recursive: true });
  const data = mkdtempSync(path.join(folder, 'run-'));
  const load = new LoadGenerator();
  try {
    const machine = describeMachine(data);
    const collector = pathToFileURL(path.join(import.meta.dirname, 'collect.ts'));
    const env = {
      STARLING_MAX_STORE: String(maxStore),
      STARLING_RETENTION: String(retention),
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${collector}`.trim(),
    };
    const mesh = await Mesh.start({ data, env });
    const samples: Sample[] = [];
    try {
      while ((samples.at(-1)?.calls ?? 0) < calls) {
        const sample = await nextSample(mesh, load, samples.at(-1)?.calls ?? 0);
        samples.push(sample);
        onSample(sample);
      }
    } finally {
      await mesh.stop();
    }
    return { machine, maxStore, retention, samples };
  } finally {
    load.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

async function nextSample(mesh: Mesh, load: LoadGenerator, before: number): Promise<Sample> {
  const headers = {
    'content-type': 'application/json',
    'a2a-version': '1.0',
    ...bearer(await mesh.token()),
  };
  const used = await usageOf(mesh.pid);
  const { calls, seconds, p99, failures } = await load.run({
    url: `${mesh.url}/agents/echo`,
    headers,
    connections: CONNECTIONS,
    seconds: EVERY,
  });
  const usage = await usageOf(mesh.pid);
  if (countOf(failures) > 0 || calls === 0) {
    throw new Error(`calls were answered wrongly or not at all: ${failures.example ?? 'connections broke'}`);
  }
  mesh.signal('SIGUSR2');
  await sleep(SETTLE);
  const figures = await (await mesh.admin('/metrics')).text();
  const figure = (series: string) => {
    const line = figures.split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };
  const known = (series: string) => {
    const value = figure(series);
    if (value === undefined) throw new Error(`/metrics has no ${series}`);
    return value;
  };
  return {
    calls: before + calls,
    callsPerSecond: calls / seconds,
    p99,
    cpuPerCall: used && usage && (usage.cpu - used.cpu) / calls,
    resident: known('process_resident_memory_bytes'),
    heap: known('nodejs_heap_size_used_bytes'),
    live: known('starling_store_bytes{what="live"}'),
    file: known('starling_store_bytes{what="file"}'),
    log: known('starling_store_bytes{what="log"}'),
    pruned: figure('starling_pruned_total{what="tasks"}') ?? 0,
  };
}
