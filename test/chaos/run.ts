import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '#shared/errors.ts';
import { awsClients } from '#test/support/aws-clients.ts';
import { A2AClient } from './a2a-client.ts';
import { consume } from './consumer.ts';
import { damageOf } from './database.ts';
import { type Kill, Killer } from './killer.ts';
import { Ledger } from './ledger.ts';
import type { Load } from './load.ts';
import { callLoads } from './loads/calls.ts';
import type { LoadContext } from './loads/context.ts';
import { eventLoads } from './loads/events.ts';
import { messageLoad } from './loads/messages.ts';
import { recordLoads } from './loads/records.ts';
import { streamLoads } from './loads/streams.ts';
import { MeshUnderTest } from './mesh.ts';
import { Pace } from './pace.ts';
import { planKills } from './plan.ts';
import { type MadeQueues, makeQueues } from './queues.ts';
import { Random } from './random.ts';
import { settle } from './settle.ts';
import { judge, type Verdict } from './verdict/judge.ts';

/** Kills for which the loads have their size as it stands in their files; with more kills they grow. */
const USUAL_KILLS = 20;
/** Kills behind which the database is checked, at most: it grows with the kills. */
const CHECKS = 20;
/** Bytes that the write-ahead log may have, whatever becomes of the processes: what it may keep, in adapters/sqlite. */
const LONGEST_LOG = 128 * 1024 * 1024;
/** Until all that was begun has ended, and until the queues are empty, after the last kill (milliseconds). */
const PATIENCE = 240_000;

export interface ChaosOptions {
  readonly kills: number;
  readonly seed: number;
  /** Where data and copies go: a folder of its own. */
  readonly folder: string;
  readonly progress: (line: string) => void;
}

export interface ChaosReport {
  readonly seed: number;
  readonly kills: readonly Kill[];
  /** Milliseconds until the mesh served, for each start that was let. */
  readonly starts: readonly number[];
  readonly verdict: Verdict;
}

/** Loads a mesh, kills it and starts it again, and compares in the end what it has with what it has acknowledged. */
export async function runChaos({ kills, seed, folder, progress }: ChaosOptions): Promise<ChaosReport> {
  mkdirSync(folder, { recursive: true });
  const mesh = await MeshUnderTest.create(folder, new Random(seed));
  const ended = new AbortController();
  const ledger = new Ledger();
  mesh.start();
  try {
    await mesh.ready;
    const aws = await awsClients(mesh);
    const client = new A2AClient(mesh.url, () => mesh.client);
    const context: LoadContext = { client, aws, ledger, scale: kills / USUAL_KILLS };
    const queues = await makeQueues(context);
    const { loads, consumers } = begin(context, queues, ended.signal);
    const pace = new Pace();
    const loaded = Promise.all(loads.map((load) => load.run(pace)));
    const damage = (kill: number) => (kill % Math.ceil(kills / CHECKS) === 0 ? damageOf(mesh.data, folder) : []);
    const killer = new Killer({ mesh, loads, pace, damage });
    const names = loads.map(({ name }) => name);
    const done = await killer.follow(planKills(kills, names, new Random(seed)), progress);
    progress('the last start: all that was begun has to end');
    await mesh.ready;
    await end(loaded, mesh, () => loads.map(({ name, underWay }) => `${name}: ${underWay}`).join(', '));
    const rest = await settle(client, aws.sqs, Object.values(queues), PATIENCE);
    ended.abort();
    await consumers;
    progress('judging');
    const verdict = await judge({ context, mesh, rest });
    aws.destroy();
    mesh.signal('SIGTERM');
    await mesh.exited;
    const problems = [...verdict.problems, ...storeProblems(done, damageOf(mesh.data, folder))];
    const starts = mesh.starts.flatMap(({ ready }) => (ready === undefined ? [] : [ready]));
    return { seed, kills: done, starts, verdict: { ...verdict, problems } };
  } catch (cause) {
    throw new Error([messageOf(cause), ...ledger.surprises.slice(0, 10)].join('\n'), { cause });
  } finally {
    ended.abort();
    mesh.signal('SIGKILL');
    await mesh.exited;
  }
}

function begin(context: LoadContext, queues: MadeQueues, ended: AbortSignal) {
  const { ledger, aws } = context;
  const loads: readonly Load[] = [
    ...callLoads(context),
    ...streamLoads(context),
    ...eventLoads(context),
    ...recordLoads(context),
    messageLoad(context, 'SendMessage', { url: queues.standard, fifo: false, ledger: ledger.standard }),
    messageLoad(context, 'SendMessage to groups', { url: queues.fifo, fifo: true, ledger: ledger.fifo }),
  ];
  const consumer = (url: string, queue: Ledger['seen'], read = JSON.parse) =>
    consume({ sqs: aws.sqs, url, ledger, queue, read }, ended);
  const ofEvents = (body: string) => ({ key: JSON.parse(body).id, group: '', place: 0 });
  const consumers = Promise.all([
    ...Array.from({ length: 4 }, () => consumer(queues.seen, ledger.seen, ofEvents)),
    ...Array.from({ length: 2 }, () => consumer(queues.standard, ledger.standard)),
    ...Array.from({ length: 3 }, () => consumer(queues.fifo, ledger.fifo)),
  ]);
  return { loads, consumers };
}

/** @param last what is not whole of the database at the end */
function storeProblems(kills: readonly Kill[], last: readonly string[]): readonly string[] {
  const longest = Math.max(...kills.map(({ log }) => log));
  return [
    ...kills.flatMap(({ damage }, index) => damage.map((line) => `the database behind kill ${index + 1}: ${line}`)),
    ...last.map((line) => `the database at the end: ${line}`),
    ...(longest > LONGEST_LOG ? [`the kills let the write-ahead log grow to ${longest} bytes`] : []),
  ];
}

/** Waits for the loads. @throws Error when they do not end, or the mesh does */
async function end(loaded: Promise<unknown>, mesh: MeshUnderTest, state: () => string): Promise<void> {
  const done = new AbortController();
  const late = sleep(PATIENCE, undefined, { signal: done.signal }).then(
    () => {
      throw new Error(`The loads did not end: ${state()}`);
    },
    () => {},
  );
  const gone = mesh.exited.then((how) => {
    if (!done.signal.aborted) throw new Error(`The mesh ended by itself with ${how}:\n${mesh.output}`);
  });
  try {
    await Promise.race([loaded, late, gone]);
  } finally {
    done.abort();
  }
}
