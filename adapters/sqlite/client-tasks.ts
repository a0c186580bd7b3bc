import type { StatementSync } from 'node:sqlite';
import type { TaskState } from '#shared/a2a/types.ts';
import { InvalidCursorError } from '#shared/ports/errors.ts';
import { type ClientTasksPage, type ClientTasksQuery, MAX_TOTAL } from '#shared/ports/task-store.ts';
import { isTerminal, taskStates } from '#shared/tasks/state.ts';
import type { Database } from './database.ts';
import { type StoredTask, toTaskRow } from './task-rows.ts';

interface Ranges {
  /** The newest rows of a range of the index. */
  readonly page: StatementSync;
  readonly count: StatementSync;
}

interface ByOpenness {
  readonly open: Ranges;
  readonly ended: Ranges;
}

/** A place in the list. Rows have equal times often, and grow with time. */
interface Place {
  readonly task: number;
  readonly status_at: number;
}

/**
 * The tasks of one client at one agent, the newest status first. Each state is a range of an index, so no state, context or
 * client costs a look at the tasks of another.
 */
export class ClientTasks {
  readonly #database: Database;
  readonly #ofClient: ByOpenness;
  readonly #ofContext: ByOpenness;
  readonly #row: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#ofClient = indexesOf(database, 'tasks_of_client', '');
    this.#ofContext = indexesOf(database, 'tasks_of_context', 'AND context_id = :context');
    this.#row = database.prepare('SELECT * FROM tasks WHERE task = ?');
  }

  /** @throws InvalidCursorError */
  async list(query: ClientTasksQuery): Promise<ClientTasksPage> {
    const before = query.cursor === undefined ? undefined : placeOf(query.cursor);
    return this.#database.read(() => {
      const places = this.#places(query, before);
      const shown = places.slice(0, query.limit);
      const last = shown.at(-1);
      return {
        tasks: shown.map((place) => ({
          task: toTaskRow(this.#row.get(place.task) as unknown as StoredTask).task,
          cursor: cursorOf(place),
        })),
        ...(last !== undefined && places.length > shown.length && { next: cursorOf(last) }),
        total: this.#total(query),
      };
    });
  }

  /** The page's places and one more, if there are more. */
  #places(query: ClientTasksQuery, before: Place | undefined): Place[] {
    const from = {
      before: before?.status_at ?? Number.MAX_SAFE_INTEGER,
      row: before?.task ?? Number.MAX_SAFE_INTEGER,
      limit: query.limit + 1,
    };
    return rangeParameters(query)
      .flatMap((range) => this.#rangesOf(query, range.state).page.all({ ...range, ...from }) as unknown as Place[])
      .sort((a, b) => b.status_at - a.status_at || b.task - a.task)
      .slice(0, query.limit + 1);
  }

  #total(query: ClientTasksQuery): number {
    let total = 0;
    for (const range of rangeParameters(query)) {
      if (total === MAX_TOTAL) break;
      total += Number(this.#rangesOf(query, range.state).count.get({ ...range, limit: MAX_TOTAL - total })?.count);
    }
    return total;
  }

  #rangesOf({ contextId }: ClientTasksQuery, state: TaskState): Ranges {
    const ranges = contextId === undefined ? this.#ofClient : this.#ofContext;
    return isTerminal(state) ? ranges.ended : ranges.open;
  }
}

function indexesOf(database: Database, name: string, context: string): ByOpenness {
  return {
    open: rangesOf(database, `open_${name}`, `open = 1 ${context}`),
    ended: rangesOf(database, `ended_${name}`, `open IS NULL ${context}`),
  };
}

/** The statements fail if the index cannot serve them. They never scan. */
function rangesOf(database: Database, index: string, condition: string): Ranges {
  const range = `FROM tasks INDEXED BY ${index}
    WHERE owner = :owner AND agent_id = :agent AND ${condition} AND state = :state AND status_at >= :since`;
  return {
    page: database.prepare(
      `SELECT task, status_at ${range} AND (status_at, task) < (:before, :row) ORDER BY status_at DESC, task DESC LIMIT :limit`,
    ),
    count: database.prepare(`SELECT count(*) AS count FROM (SELECT 1 ${range} LIMIT :limit)`),
  };
}

function rangeParameters({ owner, agentId, contextId, state, statusSince }: ClientTasksQuery) {
  const states = state === undefined ? taskStates : [state];
  return states.map((each) => ({
    owner,
    agent: agentId,
    ...(contextId !== undefined && { context: contextId }),
    state: each,
    since: statusSince ?? Number.MIN_SAFE_INTEGER,
  }));
}

function cursorOf({ status_at, task }: Place): string {
  return `${status_at}.${task}`;
}

function placeOf(cursor: string): Place {
  const [, statusAt, task] = /^(-?[0-9]{1,15})\.([0-9]{1,15})$/.exec(cursor) ?? [];
  if (statusAt === undefined) throw new InvalidCursorError();
  return { status_at: Number(statusAt), task: Number(task) };
}
