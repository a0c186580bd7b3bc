import type { Command } from 'commander';
import type { AdminTask, AdminTasks } from '#shared/admin/types.ts';
import { UsageError } from '../errors.ts';
import { Mesh } from '../mesh/mesh.ts';
import { type GlobalOptions, readTarget } from '../mesh/target.ts';
import { printJson } from '../print/output.ts';
import { printTask, printTasks } from '../print/tasks.ts';

interface ListOptions extends GlobalOptions {
  readonly agent?: string;
  readonly state?: string;
  readonly limit?: string;
  readonly cursor?: string;
  readonly json?: true;
}

interface GetOptions extends GlobalOptions {
  readonly json?: true;
}

const listExamples = `
Examples:
  npx starling tasks list --agent weather --state failed
  npx starling tasks list --limit 100 --json`;

const getExamples = `
Example:
  npx starling tasks get 019a9d3e-7b1c-7000-8a52-3f1c5e0d9b47`;

export function addTasks(program: Command): void {
  const tasks = program.command('tasks').description('Shows the tasks of all clients.');
  tasks
    .command('list')
    .description('Lists tasks, the newest first.')
    .option('--agent <id>', 'only tasks of this agent')
    .option('--state <state>', 'only tasks in this state, such as completed or input-required')
    .option('--limit <count>', 'at most this many, up to 100 (default: 20)')
    .option('--cursor <cursor>', 'go on where the page before ended')
    .option('--json', 'print them as JSON')
    .addHelpText('after', listExamples)
    .action((_options: unknown, command: Command) => list(command.optsWithGlobals<ListOptions>()));
  tasks
    .command('get')
    .description('Shows one task: what it made, and its log.')
    .argument('<id>', "the task's id")
    .option('--json', 'print it as JSON')
    .addHelpText('after', getExamples)
    .action((id: string, _options: unknown, command: Command) => get(id, command.optsWithGlobals<GetOptions>()));
}

async function list(options: ListOptions): Promise<void> {
  const query = new URLSearchParams();
  for (const name of ['agent', 'state', 'limit', 'cursor'] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  const answer = await new Mesh(await readTarget(options)).get<AdminTasks>(`/admin/tasks?${query}`);
  if (options.json) printJson(answer);
  else printTasks(answer);
}

async function get(id: string, options: GetOptions): Promise<void> {
  if (id === '') throw new UsageError("The task's id is empty: npx starling tasks list shows them.");
  const answer = await new Mesh(await readTarget(options)).get<AdminTask>(`/admin/tasks/${encodeURIComponent(id)}`);
  if (options.json) printJson(answer);
  else printTask(answer);
}
