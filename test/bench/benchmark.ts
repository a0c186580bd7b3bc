import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Figures } from './figures.ts';
import { type Inits, measureInits } from './inits.ts';
import { LoadGenerator } from './load-generator.ts';
import { describeMachine } from './machine.ts';
import { CONNECTIONS } from './measure.ts';
import type { Options } from './options.ts';
import { unpackFunctions } from './packages.ts';
import { type Round, ratioSpreads, runRounds } from './rounds.ts';
import { type Server, startMesh, startPeer } from './servers.ts';
import { measureStarts } from './starts.ts';

const STARTS = 5;
const INITS = 9;

export interface Progress {
  readonly step: (what: string) => void;
  readonly round: (round: Round, number: number) => void;
}

/** The whole run; its data folders are gone afterwards. */
export async function runBenchmark({ folder, rounds, seconds }: Options, progress: Progress): Promise<Figures> {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(path.join(folder, 'run-'));
  try {
    const machine = describeMachine(scratch);
    const inits = await functionInits(scratch, progress);
    progress.step('starts');
    const folders = Array.from({ length: STARTS }, (_, at) => path.join(scratch, `start-${at}`));
    const empty = await measureStarts(folders);
    const second = await measureStarts(folders);
    const data = path.join(scratch, 'load');
    progress.step('warm-up');
    const done = await underLoad(data, { rounds, seconds, onRound: progress.round });
    progress.step('starts with the tasks of the load');
    const loaded = await measureStarts(Array(STARTS).fill(data));
    return {
      machine,
      connections: CONNECTIONS,
      secondsPerRound: seconds,
      rounds: done,
      ratios: ratioSpreads(done),
      starts: { empty, second, loaded: { ...loaded, tasks: countTasks(data) } },
      inits,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Only the initialisation of the packaged functions. */
export async function runInits({ folder }: Options, progress: Pick<Progress, 'step'>): Promise<Inits> {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(path.join(folder, 'run-'));
  try {
    return await functionInits(scratch, progress);
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
  options: { rounds: number; seconds: number; onRound: (round: Round, number: number) => void },
): Promise<Round[]> {
  const load = new LoadGenerator();
  const servers: Server[] = [];
  try {
    const mesh = await startMesh(data);
    servers.push(mesh);
    const peer = await startPeer();
    servers.push(peer);
    return await runRounds({ ...options, mesh, peer, load });
  } finally {
    load.stop();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

function countTasks(data: string): number {
  const database = new DatabaseSync(path.join(data, 'starling.db'), { readOnly: true });
  try {
    return Number(database.prepare('SELECT count(*) AS tasks FROM tasks').get()?.tasks);
  } finally {
    database.close();
  }
}
