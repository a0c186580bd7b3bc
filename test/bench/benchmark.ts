import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Calls, Figures } from './figures.ts';
import { type Inits, measureInits } from './inits.ts';
import { LoadGenerator } from './load-generator.ts';
import { describeMachine } from './machine.ts';
import { CONNECTIONS } from './measure.ts';
import { measureMemory } from './memory.ts';
import type { Options } from './options.ts';
import { unpackFunctions } from './packages.ts';
import { type Round, ratioSpreads, runRounds } from './rounds.ts';
import { type Server, startMesh, startPeer } from './servers.ts';
import { measureStarts } from './starts.ts';
import { type Measure, measureThroughput } from './throughput/throughput.ts';

const STARTS = 5;
const INITS = 9;

export interface Progress {
  readonly step: (what: string) => void;
  readonly round: (round: Round, number: number) => void;
  readonly rate: (what: Measure, perSecond: number) => void;
}

/** The sections that are asked for; the data folders are gone afterwards. */
export async function runBenchmark({ folder, rounds, seconds, only }: Options, progress: Progress): Promise<Figures> {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(path.join(folder, 'run-'));
  try {
    const machine = describeMachine(scratch);
    const inits = only.has('inits') ? await functionInits(scratch, progress) : undefined;
    const throughput = only.has('throughput')
      ? await measureThroughput({ scratch, rounds, seconds, onRate: progress.rate })
      : undefined;
    const data = path.join(scratch, 'load');
    const calls = only.has('calls') ? await underLoad(data, { rounds, seconds }, progress) : undefined;
    const memory = only.has('memory') ? await memoryOf(scratch, progress) : undefined;
    const starts = only.has('starts') ? await startsOf(scratch, calls && data, progress) : undefined;
    return {
      machine,
      ...(calls && { calls }),
      ...(throughput && { throughput }),
      ...(memory && { memory }),
      ...(starts && { starts }),
      ...(inits && { inits }),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function functionInits(scratch: string, { step }: Pick<Progress, 'step'>): Promise<Inits> {
  step('packaging of the functions');
  const functions = await unpackFunctions(path.join(scratch, 'functions'));
  step('initialisation of the functions');
  return measureInits(functions, { runs: INITS, folder: scratch });
}

async function underLoad(
  data: string,
  { rounds, seconds }: { rounds: number; seconds: number },
  { step, round }: Progress,
): Promise<Calls> {
  step('warm-up');
  const load = new LoadGenerator();
  const servers: Server[] = [];
  try {
    const mesh = await startMesh(data);
    servers.push(mesh);
    const peer = await startPeer();
    servers.push(peer);
    const done = await runRounds({ mesh, peer, load, rounds, seconds, onRound: round });
    return { connections: CONNECTIONS, secondsPerRound: seconds, rounds: done, ratios: ratioSpreads(done) };
  } finally {
    load.stop();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

function memoryOf(scratch: string, { step }: Progress) {
  step('memory');
  return measureMemory(scratch, ({ calls }) => step(`memory: ${calls} calls`));
}

async function startsOf(scratch: string, loaded: string | undefined, { step }: Progress) {
  step('starts');
  const folders = Array.from({ length: STARTS }, (_, at) => path.join(scratch, `start-${at}`));
  const empty = await measureStarts(folders);
  const second = await measureStarts(folders);
  if (loaded === undefined) return { empty, second };
  return { empty, second, loaded: { ...(await measureStarts(Array(STARTS).fill(loaded))), tasks: countTasks(loaded) } };
}

function countTasks(data: string): number {
  const database = new DatabaseSync(path.join(data, 'starling.db'), { readOnly: true });
  try {
    return Number(database.prepare('SELECT count(*) AS tasks FROM tasks').get()?.tasks);
  } finally {
    database.close();
  }
}
