import { A2AError } from '#shared/a2a/errors.ts';
import type { Task } from '#shared/a2a/types.ts';
import { InvalidCursorError } from '#shared/ports/errors.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { ClientTask, ClientTasksPage } from '#shared/ports/task-store.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { assemble } from '#shared/tasks/assemble.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import type { Call } from './call.ts';
import type { LargeReads } from './large-reads.ts';
import { foreignToken, type ListParams, pageToken, readListParams } from './list-params.ts';
import type { Params } from './params.ts';

/** The result of ListTasks (§3.1.4). */
export interface TaskList {
  readonly tasks: readonly Task[];
  /** "" on the last page. */
  readonly nextPageToken: string;
  readonly pageSize: number;
  readonly totalSize: number;
}

/** A page ends at this number of bytes. A client holds its answers, and there may be a thousand. */
const MAX_PAGE_BYTES = 1024 * 1024;
/** A page ends when so many bytes of logs were read, also if it shows few of them. */
const MAX_READ_BYTES = 8 * 1024 * 1024;
/** Room for what stands around the tasks: the id of the request and the token. */
const FRAME_BYTES = 2_048;
/** Logs that are read at once. More of them, or large ones, are read one after the other. */
const READS = 16;
const READ_BYTES = 256 * 1024;

interface ListRuntime {
  readonly runtime: Pick<Runtime, 'tasks' | 'settings'>;
  readonly large: LargeReads;
}

/**
 * ListTasks: the caller's tasks at this agent, the newest status first. A page with large tasks has fewer of them than it may.
 *
 * @throws A2AError INVALID_PARAMS; ANSWER_TOO_LARGE if the first task is larger than an answer
 */
export async function listTasks(parts: ListRuntime, call: Call, params: Params): Promise<TaskList> {
  const client = { owner: call.principal.clientId, agentId: call.agent.id };
  const list = readListParams(params, client);
  const { query } = list;
  const page = await pageOf(parts.runtime, list);
  const maxBytes = Math.min(MAX_PAGE_BYTES, parts.runtime.settings.maxAnswerBytes - FRAME_BYTES);
  const tasks: Task[] = [];
  let last: ClientTask | undefined;
  let bytes = 0;
  let read = 0;
  let isCut = false;
  pages: for (const group of groupsOf(page.tasks)) {
    for (const { listed, task } of await readGroup(parts, call, list, group)) {
      read += listed.task.bytes;
      if (task !== undefined) {
        const size = Buffer.byteLength(JSON.stringify(task)) + 1;
        if (tasks.length === 0 && size > parts.runtime.settings.maxAnswerBytes - FRAME_BYTES) {
          throw tooLarge(listed.task, size, pageToken(listed.cursor, query));
        }
        isCut = tasks.length > 0 && bytes + size > maxBytes;
        if (isCut) break pages;
        bytes += size;
        tasks.push(task);
      }
      last = listed;
    }
    isCut = read > MAX_READ_BYTES && last !== page.tasks.at(-1);
    if (isCut) break;
  }
  const next = isCut ? last?.cursor : page.next;
  return {
    tasks,
    nextPageToken: next === undefined ? '' : pageToken(next, query),
    pageSize: query.limit,
    totalSize: page.total,
  };
}

async function pageOf({ tasks }: ListRuntime['runtime'], { query }: ListParams): Promise<ClientTasksPage> {
  try {
    return await tasks.listOfClient(query);
  } catch (error) {
    throw error instanceof InvalidCursorError ? foreignToken(error) : error;
  }
}

/** Tasks whose logs are read at once. A large one is alone. */
function* groupsOf(tasks: readonly ClientTask[]): Iterable<readonly ClientTask[]> {
  let group: ClientTask[] = [];
  let bytes = 0;
  for (const each of tasks) {
    if (group.length > 0 && (group.length === READS || bytes + each.task.bytes > READ_BYTES)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(each);
    bytes += each.task.bytes;
  }
  if (group.length > 0) yield group;
}

function readGroup(
  { runtime, large }: ListRuntime,
  call: Call,
  list: ListParams,
  group: readonly ClientTask[],
): Promise<readonly { readonly listed: ClientTask; readonly task: Task | undefined }[]> {
  const bytes = group.reduce((sum, { task }) => sum + task.bytes, 0);
  return large.run(bytes, () => {
    // Earlier reads may have filled what the client gets.
    call.allowance?.admit();
    return Promise.all(group.map(async (listed) => ({ listed, task: await readTask(runtime, listed.task, list) })));
  });
}

/** The task as the list knows it, without later entries. Undefined if retention has removed it meanwhile. */
async function readTask(
  { tasks }: ListRuntime['runtime'],
  record: TaskRecord,
  { historyLength, includeArtifacts }: ListParams,
): Promise<Task | undefined> {
  const log = await entriesOf(tasks, record.id, 0);
  const known = log.filter(({ position }) => position <= record.position);
  if (known.length === 0) return undefined;
  const { artifacts, ...task } = assemble(record, known, { historyLength });
  return includeArtifacts ? { ...task, artifacts: artifacts ?? [] } : task;
}

function tooLarge({ id }: TaskRecord, bytes: number, next: string): A2AError {
  return new A2AError(
    'ANSWER_TOO_LARGE',
    `Task ${id} alone has ${bytes} bytes, which is more than an answer. List without includeArtifacts and with historyLength 0, or continue after the task with the pageToken ${next}`,
    { metadata: { taskId: id, nextPageToken: next } },
  );
}
