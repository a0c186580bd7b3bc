import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientTasks } from '#adapters/sqlite/client-tasks.ts';
import type { Database } from '#adapters/sqlite/database.ts';
import type { AgentId, ContextId } from '#shared/ids.ts';
import { MAX_TOTAL } from '#shared/ports/task-store.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';
import { newTask } from '#test/support/task-events.ts';
import { workOf } from '#test/support/work.ts';

describe('the list of a client on SQLite', () => {
  let sqlite: SqliteAdapters;
  const mine = { owner: 'me', agentId: 'echo' as AgentId, limit: 50 };
  const contextId = 'shared' as ContextId;

  beforeEach(async () => {
    sqlite = await openSqlite(new TestClock());
  });
  afterEach(() => sqlite.remove());

  const create = (count: number, changes: Parameters<typeof newTask>[0]) =>
    Promise.all(Array.from({ length: count }, () => sqlite.tasks.create(newTask(changes))));

  it('searches an index by all of its columns, and sorts nothing', () => {
    const statements: string[] = [];
    const { database } = sqlite;
    const recording = {
      prepare(sql: string) {
        statements.push(sql);
        return database.prepare(sql);
      },
    };
    new ClientTasks(recording as unknown as Database);
    const plans = statements.map((sql) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => String(detail)),
    );
    const ofClient =
      'SEARCH tasks USING COVERING INDEX open_tasks_of_client (owner=? AND agent_id=? AND state=? AND status_at>? AND status_at<?)';
    const ofContext = ofClient.replace('of_client', 'of_context').replace('agent_id=?', 'agent_id=? AND context_id=?');
    const ended = (search: string) => search.replace('open_', 'ended_').replace('state=?', 'state=? AND open=?');
    const counting = (search: string) => search.replace(' AND status_at<?', '');
    expect(plans.map((plan) => plan.find((line) => line.startsWith('SEARCH')))).toEqual([
      ...[ofClient, ended(ofClient), ofContext, ended(ofContext)].flatMap((search) => [search, counting(search)]),
      'SEARCH tasks USING INTEGER PRIMARY KEY (rowid=?)',
    ]);
    expect(plans.flat().join()).not.toMatch(/TEMP B-TREE|SCAN tasks/);
  });

  it.each([{ ...mine }, { ...mine, contextId }])('costs the same however many tasks others have: %o', async (query) => {
    await create(20, { owner: 'me', contextId });
    const list = () => sqlite.tasks.listOfClient(query);
    const alone = await workOf(list);
    await create(200, { owner: 'you', contextId });
    await create(200, { owner: 'me', agentId: 'calculator' as AgentId, contextId });
    expect(await workOf(list)).toEqual(alone);
  });

  it('counts no more than it promises', async () => {
    const { database } = sqlite;
    await create(1, { owner: 'me' });
    await database.write(() =>
      database
        .prepare(
          `INSERT INTO tasks (id, context_id, agent_id, owner, state, status_at, created_at, deadline, turn, attempt, sequence,
             attempt_base, position, artifacts, open)
           WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
           SELECT 'task-' || i, context_id, agent_id, owner, iif(i % 2, 'TASK_STATE_COMPLETED', state), status_at, created_at,
             deadline, turn, attempt, sequence, attempt_base, position, artifacts, iif(i % 2, NULL, 1) FROM n, tasks`,
        )
        .run(MAX_TOTAL + 5),
    );
    expect((await sqlite.tasks.listOfClient(mine)).total).toBe(MAX_TOTAL);
    const half = await sqlite.tasks.listOfClient({ ...mine, state: 'TASK_STATE_COMPLETED' });
    expect(half.total).toBe((MAX_TOTAL + 6) / 2);
  });
});
