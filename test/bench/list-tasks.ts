import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Database } from '#adapters/sqlite/database.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { Mesh } from '#test/support/mesh.ts';
import { bearer } from '#test/support/mesh-client.ts';
import { quantileOf } from './statistics.ts';

const help = `node test/bench/list-tasks.ts [--tasks N] [--clients N] [--calls N]

Measures ListTasks of a standalone mesh. The caller has its own tasks, and so does each of many other clients. The time of a call
should not depend on the others. It runs once with the caller alone, and once with N tasks of all clients together.`;

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '1000000' },
    clients: { type: 'string', default: '1000' },
    calls: { type: 'string', default: '200' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) console.log(help);
else await main(Number(values.tasks), Number(values.clients), Number(values.calls));

async function main(tasks: number, clients: number, calls: number): Promise<void> {
  const each = Math.ceil(tasks / clients);
  const data = temporaryFolder();
  try {
    for (const others of [0, clients - 1]) {
      const mesh = await Mesh.start({ data });
      const owner = clientIn(await mesh.token());
      await mesh.stop();
      if (others === 0) await fill(data, { owner, clients: 1, each });
      else await fill(data, { owner: undefined, clients: others, each });
      const again = await Mesh.start({ data });
      console.log(`\n${(others + 1) * each} tasks of ${others + 1} clients, ${each} of them the caller's:`);
      for (const [name, params] of [
        ['the first page of 50', {}],
        ['a state', { status: 'TASK_STATE_FAILED' }],
        ['a context', { contextId: 'context-7' }],
        ['the newest 5', { pageSize: 5, includeArtifacts: true }],
      ] as const) {
        console.log(`  ${name}: ${await measure(again, params, calls)}`);
      }
      await again.stop();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function measure(mesh: Mesh, params: object, calls: number): Promise<string> {
  const headers = { ...bearer(await mesh.token()), 'content-type': 'application/json' };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ListTasks', params });
  const times: number[] = [];
  let seen = '';
  for (let call = 0; call < calls; call++) {
    const start = performance.now();
    const response = await fetch(`${mesh.url}/agents/echo`, { method: 'POST', headers, body });
    const { result } = (await response.json()) as { result: { tasks: unknown[]; totalSize: number } };
    times.push(performance.now() - start);
    seen = `${result.tasks.length} of ${result.totalSize} tasks`;
  }
  times.sort((a, b) => a - b);
  const p99 = quantileOf(times, 0.99);
  return `median ${quantileOf(times, 0.5).toFixed(2)} ms, p99 ${p99.toFixed(2)} ms (${seen})`;
}

function clientIn(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).client_id;
}

interface Fill {
  /** Undefined: clients with names of their own. */
  readonly owner: string | undefined;
  readonly clients: number;
  readonly each: number;
}

/** Tasks that have ended, the clients' in turns as in a mesh with many clients, each with a log of two entries. */
async function fill(folder: string, { owner, clients, each }: Fill): Promise<void> {
  const database = Database.open(folder);
  const now = Date.now();
  const first = Number(
    await database.read(() => database.prepare('SELECT max(task) AS task FROM tasks').get()?.task ?? 0),
  );
  const timestamp = new Date(now).toISOString();
  const message = { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'What is 6 * 7?' }] };
  const submitted = { state: 'TASK_STATE_SUBMITTED', timestamp };
  const logged = JSON.stringify({ kind: 'message', position: 1, turn: 1, attempt: 0, message, status: submitted });
  const ended = (state: string) =>
    JSON.stringify({ kind: 'status', position: 2, turn: 1, attempt: 1, status: { state, timestamp } });
  const tasks = database.prepare(
    `INSERT INTO tasks (id, context_id, agent_id, owner, state, status_at, created_at, deadline, turn, attempt, sequence,
       attempt_base, position, artifacts)
     WITH RECURSIVE n(i) AS (SELECT CAST(?1 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
     SELECT 'made-' || (i + CAST(?3 AS INTEGER)), 'context-' || (i / CAST(?4 AS INTEGER) % 100), 'echo', coalesce(?5, 'client-' || (i % CAST(?4 AS INTEGER))),
       iif(i / CAST(?4 AS INTEGER) % 10 = 3, 'TASK_STATE_FAILED', 'TASK_STATE_COMPLETED'), ?6 - 1000000000 + i, ?6, ?6 + 300000, 1, 1, 1, 0, 2, '[]'
     FROM n`,
  );
  const log = database.prepare(
    `INSERT INTO task_log (task, position, entry, turn, attempt)
     SELECT task, 1, ?1, 1, 0 FROM tasks WHERE task > ?4 AND owner = ?5
     UNION ALL SELECT task, 2, iif(state = 'TASK_STATE_FAILED', ?2, ?3), 1, 1 FROM tasks WHERE task > ?4 AND owner = ?5`,
  );
  const count = clients * each;
  const step = 20_000;
  for (let from = 0; from < count; from += step) {
    const until = Math.min(from + step, count);
    await database.write(() => tasks.run(from, until, first + 1, clients, owner ?? null, now));
  }
  // Nobody reads the logs of the others.
  const [failed, completed] = [ended('TASK_STATE_FAILED'), ended('TASK_STATE_COMPLETED')];
  await database.write(() => log.run(logged, failed, completed, first, owner ?? ''));
  await database.close();
}
