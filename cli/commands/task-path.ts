import { UsageError } from '../errors.ts';
import type { GlobalOptions } from '../mesh/target.ts';

export interface TaskOptions extends GlobalOptions {
  readonly json?: true;
}

/**
 * The task in the admin API.
 *
 * @throws UsageError for an empty id, as a script writes it whose variable is not set
 */
export function taskPath(id: string): string {
  if (id !== '') return `/admin/tasks/${encodeURIComponent(id)}`;
  throw new UsageError('The id is empty.', {
    advice: (commands) => `See the ids of tasks with: ${commands.line('tasks', 'list')}`,
  });
}
