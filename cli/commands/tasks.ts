import type { Command } from 'commander';
import type { AdminTask, AdminTasks } from '#shared/admin/schemas.ts';
import type { CliContext } from '../context.ts';
import { UsageError } from '../errors.ts';
import { Mesh } from '../mesh/mesh.ts';
import type { GlobalOptions } from '../mesh/target.ts';
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

export function addTasks(program: Command, context: CliContext): void {
  const tasks = program.command('tasks').description('Shows the tasks of all clients.');
  tasks
    .command('list')
    .description('Lists tasks, newest first.')
    .option('--agent <id>', 'list only tasks of this agent')
    .option('--state <state>', 'list only tasks in this state, such as completed or input-required')
    .option('--limit <count>', 'the largest number of tasks, up to 100 (default: 20)')
    .option('--cursor <cursor>', 'continue where the page before ended')
    .option('--json', 'print the tasks as JSON')
    .addHelpText('after', listExamples)
    .action((_options: unknown, command: Command) => list(command.optsWithGlobals<ListOptions>(), context));
  tasks
    .command('get')
    .description('Shows one task: its artifacts and its log.')
    .argument('<id>', 'the id of the task')
    .option('--json', 'print the task as JSON')
    .addHelpText('after', getExamples)
    .action((id: string, _options: unknown, command: Command) =>
      get(id, command.optsWithGlobals<GetOptions>(), context),
    );
}

async function list(options: ListOptions, { io, printer }: CliContext): Promise<void> {
  const query = new URLSearchParams();
  for (const name of ['agent', 'state', 'limit', 'cursor'] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  const answer = await (await Mesh.open(options, io)).get<AdminTasks>(`/admin/tasks?${query}`);
  if (options.json) printer.json(answer);
  else printTasks(printer, answer);
}

async function get(id: string, options: GetOptions, { io, printer }: CliContext): Promise<void> {
  if (id === '') throw new UsageError('The id is empty. To see the ids of tasks: npx starling tasks list');
  const answer = await (await Mesh.open(options, io)).get<AdminTask>(`/admin/tasks/${encodeURIComponent(id)}`);
  if (options.json) printer.json(answer);
  else printTask(printer, answer);
}
