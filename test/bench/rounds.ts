import type { LoadGenerator } from './load-generator.ts';
import { type Measurement, measure, warmUp } from './measure.ts';
import type { Server } from './servers.ts';
import { type Spread, spreadOf } from './statistics.ts';

export interface Round {
  readonly mesh: Measurement;
  readonly peer: Measurement;
  /** Mesh ÷ peer. */
  readonly ratios: Ratios<number>;
}

export interface Ratios<Figure> {
  readonly callsPerSecond: Figure;
  readonly p50: Figure;
  readonly p99: Figure;
  readonly cpuPerCall: Figure | undefined;
}

export interface RoundsOptions {
  readonly mesh: Server;
  readonly peer: Server;
  readonly load: LoadGenerator;
  readonly rounds: number;
  readonly seconds: number;
  readonly onRound: (round: Round, number: number) => void;
}

/** Both servers in turn, and in every other round the other way about: what the machine does meanwhile hits both alike. */
export async function runRounds({ mesh, peer, load, rounds, seconds, onRound }: RoundsOptions): Promise<Round[]> {
  await warmUp(load, mesh);
  await warmUp(load, peer);
  const done: Round[] = [];
  for (let number = 1; number <= rounds; number++) {
    const meshFirst = number % 2 === 1;
    const first = await measure(load, meshFirst ? mesh : peer, seconds);
    const second = await measure(load, meshFirst ? peer : mesh, seconds);
    const round = roundOf(meshFirst ? first : second, meshFirst ? second : first);
    done.push(round);
    onRound(round, number);
  }
  return done;
}

function roundOf(mesh: Measurement, peer: Measurement): Round {
  return {
    mesh,
    peer,
    ratios: {
      callsPerSecond: mesh.callsPerSecond / peer.callsPerSecond,
      p50: mesh.p50 / peer.p50,
      p99: mesh.p99 / peer.p99,
      cpuPerCall: mesh.cpuPerCall && peer.cpuPerCall && mesh.cpuPerCall / peer.cpuPerCall,
    },
  };
}

/** The ratios of all rounds: only within one round do two figures belong together. */
export function ratioSpreads(rounds: readonly Round[]): Ratios<Spread> {
  const spread = (name: 'callsPerSecond' | 'p50' | 'p99') => spreadOf(rounds.map(({ ratios }) => ratios[name]));
  const cpu = rounds.flatMap(({ ratios }) => ratios.cpuPerCall ?? []);
  return {
    callsPerSecond: spread('callsPerSecond'),
    p50: spread('p50'),
    p99: spread('p99'),
    cpuPerCall: cpu.length > 0 ? spreadOf(cpu) : undefined,
  };
}
