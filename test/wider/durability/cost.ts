import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LoadGenerator } from '#test/bench/load-generator.ts';
import { describeMachine } from '#test/bench/machine.ts';
import { type Server, startMesh } from '#test/bench/servers.ts';
import { quantileOf } from '#test/bench/statistics.ts';
import { table } from '#tools/table.ts';

/**
 * What syncing costs a blocking SendMessage: a mesh as it is beside one that never syncs, in rounds that alternate. Run it
 * with `node test/wider/durability/cost.ts [folder on the disk that is meant]`, on a machine that is idle.
 */
const [, , parent = tmpdir()] = process.argv;
/** Short ones, and many: other work on the machine then hits both alike. */
const ROUNDS = 30;
const SECONDS = 1;

const folder = mkdtempSync(path.join(parent, 'sync-cost-'));
const load = new LoadGenerator();
const preload = (name: string) => ({ NODE_OPTIONS: `--import=${path.join(import.meta.dirname, name)}` });

async function rate(server: Server, connections: number): Promise<number> {
  const { url, headers } = server;
  const { calls, seconds } = await load.run({ url, headers, connections, seconds: SECONDS });
  return calls / seconds;
}

async function compare(synced: Server, unsynced: Server, connections: number): Promise<readonly string[]> {
  const rounds: { synced: number; unsynced: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const first = await rate(round % 2 === 0 ? synced : unsynced, connections);
    const second = await rate(round % 2 === 0 ? unsynced : synced, connections);
    rounds.push(round % 2 === 0 ? { synced: first, unsynced: second } : { synced: second, unsynced: first });
  }
  const of = (values: readonly number[], digits: number) => {
    const sorted = values.toSorted((a, b) => a - b);
    const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantileOf(sorted, share).toFixed(digits));
    return `${median} (${low}–${high})`;
  };
  const rates = (name: 'synced' | 'unsynced') => rounds.map((round) => round[name]);
  const ratios = rounds.map(({ synced, unsynced }) => synced / unsynced);
  return [String(connections), of(rates('synced'), 0), of(rates('unsynced'), 0), of(ratios, 2)];
}

/** The same load on a mesh that takes the time of its syncs. */
async function syncTimes(connections: number): Promise<readonly string[]> {
  const file = path.join(folder, `times-${connections}.json`);
  const env = { ...preload('preload-timed.ts'), SYNC_TIMES: file };
  const mesh = await startMesh(path.join(folder, `timed-${connections}`), env);
  let calls = 0;
  for (let round = 0; round < ROUNDS / 3; round++) calls += (await rate(mesh, connections)) * SECONDS;
  await mesh.stop();
  const { count, p50, p99 } = JSON.parse(readFileSync(file, 'utf8')) as { count: number; p50: number; p99: number };
  return [String(connections), String(p50), String(p99), (calls / count).toFixed(2)];
}

try {
  const { processor, cores, system, node, busy, sync } = describeMachine(folder);
  console.log(`${processor}, ${cores} cores, ${system}, Node ${node}; busy: ${busy}`);
  console.log(
    `the disk syncs 4 KB that are written over in ${sync.median.toFixed(0)} µs, p99 ${sync.p99.toFixed(0)}\n`,
  );
  const synced = await startMesh(path.join(folder, 'synced'));
  const unsynced = await startMesh(path.join(folder, 'unsynced'), preload('preload-no-sync.ts'));
  for (const server of [synced, unsynced]) await rate(server, 32);
  const rows = [await compare(synced, unsynced, 1), await compare(synced, unsynced, 32)];
  await Promise.all([synced.stop(), unsynced.stop()]);
  console.log(`medians of ${ROUNDS} rounds, with their quartiles\n`);
  console.log(`${table(['connections', 'calls/s', 'without sync', 'ratio'], rows)}\n`);
  const times = [await syncTimes(1), await syncTimes(32)];
  console.log(table(['connections', 'sync µs p50', 'p99', 'calls a sync'], times));
} finally {
  load.stop();
  rmSync(folder, { recursive: true, force: true });
}
