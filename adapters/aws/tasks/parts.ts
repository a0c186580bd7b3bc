import type { Clock } from '#shared/ports/clock.ts';
import type { TaskLog } from './log.ts';
import type { TaskOutbox } from './outbox.ts';
import type { TaskTable } from './table.ts';
import type { TaskWriter } from './writer.ts';

/** The parts that every operation on tasks uses. */
export interface TaskParts {
  readonly table: TaskTable;
  readonly log: TaskLog;
  readonly writer: TaskWriter;
  readonly outbox: TaskOutbox;
  readonly clock: Clock;
}
