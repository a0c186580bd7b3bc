import inspector from 'node:inspector';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Logger } from '#shared/telemetry/logger.ts';

/** The data of the watchdog's thread at its start. */
export interface WatchdogStart {
  /** Numbers that the main thread writes: its heartbeat, whether a debugger may pause it, its memory in MB, its phase. */
  readonly cells: Int32Array;
  /** The file descriptor of the channel to the supervisor. Undefined: this process has no supervisor. */
  readonly supervisor: number | undefined;
  /** The file for the note of a fall. Undefined: nobody reads a note. */
  readonly note: string | undefined;
  readonly format: 'json' | 'pretty';
  readonly maxMegabytes: number;
}

export interface WatchdogOptions extends Pick<WatchdogStart, 'supervisor' | 'note' | 'format'> {
  readonly log: Logger;
  /** Called with each order of the supervisor: the name of a signal. */
  readonly onOrder?: (signal: string) => void;
}

const BEAT_MS = 200;
const BEAT = 0;
const PAUSED = 1;
const MEGABYTES = 2;
const PHASE = 3;
/** The numbers of the phases. */
const PHASES = { serving: 0, importing: 1 } as const;
/** V8 ends the process when the heap reaches its limit. Memory outside of the heap has no limit of its own. */
const PART_OF_HEAP_LIMIT = 0.9;

/**
 * The work of the main thread. `serving`: it answers clients. `importing`: it imports agents' modules. A slow machine takes
 * seconds for a large module.
 */
export type Phase = keyof typeof PHASES;

export interface Watchdog {
  /** Begins a phase. The first one is `serving`. */
  enter(phase: Phase): void;
  /** Sends a line to the supervisor. */
  tell(text: string): void;
}

/**
 * A thread that watches the main thread. When the main thread does not yield for 2 s, or takes as much memory as V8 gives a
 * heap, the thread notes what runs and ends the process. A supervisor or an orchestrator then starts it again. While agents'
 * modules are imported, 10 s may pass.
 *
 * Nothing of it is on the path of a call: the main thread writes three numbers, five times a second.
 */
export function startWatchdog({ log, onOrder, ...options }: WatchdogOptions): Watchdog {
  const cells = new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT));
  const megabyte = 1024 * 1024;
  const start: WatchdogStart = {
    ...options,
    cells,
    maxMegabytes: Math.floor((getHeapStatistics().heap_size_limit / megabyte) * PART_OF_HEAP_LIMIT),
  };
  const beat = () => {
    const { used_heap_size, external_memory, malloced_memory } = getHeapStatistics();
    Atomics.store(cells, MEGABYTES, Math.floor((used_heap_size + external_memory + malloced_memory) / megabyte));
    // A breakpoint stops the heartbeat too.
    Atomics.store(cells, PAUSED, inspector.url() === undefined ? 0 : 1);
    Atomics.add(cells, BEAT, 1);
  };
  beat();
  setInterval(beat, BEAT_MS).unref();
  const thread = new Worker(new URL('./watchdog-thread.js', import.meta.url), { workerData: start });
  thread.unref();
  if (onOrder) thread.on('message', onOrder);
  thread.on('error', (error) =>
    log.error('the watchdog has ended: an agent that never yields now stops this process for ever', { error }),
  );
  return {
    enter: (phase) => Atomics.store(cells, PHASE, PHASES[phase]),
    tell: (text) => thread.postMessage(text),
  };
}
