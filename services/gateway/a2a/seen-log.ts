import type { LogEntry, TaskRecord } from '#shared/ports/task.ts';
import type { TaskStore } from '#shared/ports/task-store.ts';
import { entryBytes } from '#shared/tasks/bounds.ts';
import { endsTurn } from '#shared/tasks/state.ts';

export interface SeenLog {
  /** The entries that the first event of a stream shows. */
  readonly seen: readonly LogEntry[];
  /** These are all entries, and their turn has ended. */
  readonly ended: boolean;
}

export interface SeenOptions {
  /** The position that the client has. Undefined: none, so it sees the task as it is. */
  readonly from: number | undefined;
  /** More than this does not fit into one event. */
  readonly maxBytes: number;
}

/**
 * The part of a task's log that the first event of a stream shows: the entries up to a position. If they are too many for one
 * event, the first entry alone. The other entries follow one by one then. Undefined when retention has removed the task.
 */
export async function seenLog(
  tasks: Pick<TaskStore, 'read'>,
  task: Pick<TaskRecord, 'id' | 'position' | 'bytes'>,
  { from, maxBytes }: SeenOptions,
): Promise<SeenLog | undefined> {
  const until = from === undefined ? Number.POSITIVE_INFINITY : Math.max(from, 1);
  const seen = await readUntil(tasks, task, { until, maxBytes });
  const last = seen.at(-1);
  return last && { seen, ended: last.position >= task.position && endsTurn(last) };
}

async function readUntil(
  tasks: Pick<TaskStore, 'read'>,
  { id, bytes }: Pick<TaskRecord, 'id' | 'bytes'>,
  { until, maxBytes }: { readonly until: number; readonly maxBytes: number },
): Promise<readonly LogEntry[]> {
  const log: LogEntry[] = [];
  let room = maxBytes;
  for await (const page of tasks.read(id, 0)) {
    for (const entry of page) {
      if (entry.position > until) return log;
      log.push(entry);
      // Few tasks are so large that their entries have to be measured.
      if (bytes > maxBytes) room -= entryBytes(entry);
      if (room < 0) return log.slice(0, 1);
    }
  }
  return log;
}
