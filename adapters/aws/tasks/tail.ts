import type { TaskId } from '#shared/ids.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import { sleep } from '#shared/sleep.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import type { TaskLog } from './log.ts';
import { PollSchedule } from './poll-schedule.ts';

/**
 * Follows a log by polling. It reads at half the price what was there some milliseconds ago: what is in a log never
 * changes, so a read that lags behind only comes later to what is new.
 */
export async function* tailLog(
  log: TaskLog,
  id: TaskId,
  after: number,
  signal: AbortSignal,
): AsyncIterable<readonly LogEntry[]> {
  // Whoever has the first entry and no more has just made the task.
  const isFresh = after === 1;
  const schedule = new PollSchedule(isFresh);
  if (isFresh) await sleep(schedule.next(), signal);
  for (let position = after; !signal.aborted; await sleep(schedule.next(), signal)) {
    // A task that was not there yet some milliseconds ago may well be there now.
    const read = (await log.glance(id, position)) ?? (await log.read(id, position));
    if (read === undefined) return;
    const { stored, entries } = read;
    const last = entries.at(-1);
    if (last !== undefined) {
      position = last.position;
      schedule.reset();
      yield entries;
    }
    if (isTerminal(stored.task.state) && position >= stored.task.position) return;
  }
}
