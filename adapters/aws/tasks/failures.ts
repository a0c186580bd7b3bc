import type { TaskId } from '#shared/ids.ts';
import type { Quarantine } from '#shared/ports/quarantine.ts';
import type { AttemptFailure, FailedAttempt } from '#shared/ports/task.ts';
import { byAttempt, failedAttemptOf, refusalOf, slotOf } from '#shared/tasks/failed-attempt.ts';
import { isTaskId } from './stored-task.ts';
import type { TaskTable } from './table.ts';

/** Sorts before the keys of the log, so a tail does not read these items. */
const PREFIX = 'failure#';

/** The causes of attempts that failed. Each slot has one item. The items expire with the task. */
export class TaskFailures {
  readonly #table: TaskTable;
  readonly #quarantine: Quarantine;

  constructor(table: TaskTable, quarantine: Quarantine) {
    this.#table = table;
    this.#quarantine = quarantine;
  }

  async note(failure: AttemptFailure): Promise<void> {
    const stored = await this.#table.get(failure.data.taskId as TaskId);
    const refusal = stored === undefined ? 'of a task that does not exist' : refusalOf(stored.task, failure);
    if (refusal !== undefined) return this.#quarantine.put(refusal, JSON.stringify(failure));
    if (stored === undefined) return;
    const attempt = failedAttemptOf(failure.data);
    await this.#table.putAll([
      {
        pk: stored.task.id,
        sk: `${PREFIX}${slotOf(attempt)}`,
        failure: JSON.stringify(attempt),
        expiresAt: stored.expiresAt,
      },
    ]);
  }

  async of(id: TaskId): Promise<readonly FailedAttempt[]> {
    if (!isTaskId(id)) return [];
    const failures: FailedAttempt[] = [];
    const pages = this.#table.query({
      KeyConditionExpression: 'pk = :id AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':id': id, ':prefix': PREFIX },
      ConsistentRead: true,
    });
    for await (const page of pages) for (const { failure } of page) failures.push(JSON.parse(String(failure)));
    return failures.sort(byAttempt);
  }
}
