import type { Inits } from './inits.ts';
import type { Machine } from './machine.ts';
import type { Memory } from './memory.ts';
import type { Ratios, Round } from './rounds.ts';
import type { Start } from './starts.ts';
import type { Spread } from './statistics.ts';
import type { Throughput } from './throughput/throughput.ts';

/** All that a run measured: what --json writes. Times are in milliseconds, CPU and sync times in microseconds, sizes in bytes. */
export interface Figures {
  readonly machine: Machine;
  readonly calls?: Calls;
  readonly throughput?: Throughput;
  readonly memory?: Memory;
  readonly starts?: Starts;
  /** Of the functions as they are deployed. */
  readonly inits?: Inits;
}

/** Blocking SendMessage to echo, mesh and peer. */
export interface Calls {
  readonly connections: number;
  readonly secondsPerRound: number;
  readonly rounds: readonly Round[];
  /** Mesh ÷ peer, over all rounds. */
  readonly ratios: Ratios<Spread>;
}

export interface Starts {
  /** The first start ever on a folder. */
  readonly empty: Start;
  /** The second start on the same folder. */
  readonly second: Start;
  /** On the folder of the load, with the tasks that it made. */
  readonly loaded?: Start & { readonly tasks: number };
}
