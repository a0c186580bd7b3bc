import type { TaskId } from '#shared/ids.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import { sleep } from '#shared/sleep.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import type { TaskLog } from './log.ts';
import { PollSchedule } from './poll-schedule.ts';

/**
 * Follows a log by polling. It reads eventually consistent, at half the price. Entries never change, so such a read can only
 * be late.
 */
export async function* tailLog(
  log: TaskLog,
  id: TaskId,
  after: number,
  signal: AbortSignal,
): AsyncIterable<readonly LogEntry[]> {
  // A caller that has only the first entry has just made the task.
  const isFresh = after === 1;
  const schedule = new PollSchedule(isFresh);
  if (isFresh) await sleep(schedule.next(), signal);
  for (let position = after; !signal.aborted; await sleep(schedule.next(), signal)) {
    // An eventual read can miss a new task.
    const opened = (await log.openEventually(id, position)) ?? (await log.open(id, position));
    if (opened === undefined) return;
    const { stored, pages } = opened;
    for await (const entries of pages) {
      position = entries.at(-1)?.position ?? position;
      schedule.reset();
      yield entries;
      if (signal.aborted) return;
    }
    if (isTerminal(stored.task.state) && position >= stored.task.position) return;
  }
}
