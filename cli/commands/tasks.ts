import type { Command } from 'commander';
import type { AdminTask, AdminTasks } from '#shared/admin/schemas.ts';
import type { CliContext } from '../context.ts';
import { Mesh } from '../mesh/mesh.ts';
import type { GlobalOptions } from '../mesh/target.ts';
import { examples } from '../options.ts';
import { printTask, printTasks } from '../print/tasks.ts';
import { type TaskOptions, taskPath } from './task-path.ts';
import { addWatch } from './tasks-watch.ts';

interface ListOptions extends GlobalOptions {
  readonly agent?: string;
  readonly state?: string;
  readonly limit?: string;
  readonly cursor?: string;
  readonly json?: true;
}

const listHelp = `
Examples:
  npx starling tasks list --agent weather --state failed
  npx starling tasks list --limit 100 --json`;

const getHelp = `
Examples:
  npx starling tasks get "$(npx starling call echo hello --no-wait)"
  npx starling tasks get "$(npx starling call echo hello --no-wait)" --json`;

const cancelHelp = `
Example:
  npx starling tasks cancel 019a9d3e-7b1c-7000-8a52-3f1c5e0d9b47

The task is canceled at once, and its agent is told to stop. The exit code is 1 when the task had already ended.`;

export function addTasks(program: Command, context: CliContext): void {
  const tasks = program.command('tasks').description('Shows, watches and cancels the tasks of all clients.');
  tasks
    .command('list')
    .description('Lists tasks, newest first.')
    .option('--agent <id>', 'list only tasks of this agent')
    .option('--state <state>', 'list only tasks in this state, such as completed or input-required')
    .option('--limit <count>', 'the largest number of tasks, up to 100 (default: 20)')
    .option('--cursor <cursor>', 'continue where the page before ended')
    .option('--json', 'print the tasks as JSON')
    .addHelpText('after', examples(context, listHelp))
    .action((_options: unknown, command: Command) => list(command.optsWithGlobals<ListOptions>(), context));
  tasks
    .command('get')
    .description('Shows one task: its artifacts and its log.')
    .argument('<id>', 'the id of the task')
    .option('--json', 'print the task as JSON')
    .addHelpText('after', examples(context, getHelp))
    .action((id: string, _options: unknown, command: Command) =>
      get(id, command.optsWithGlobals<TaskOptions>(), context),
    );
  addWatch(tasks, context);
  tasks
    .command('cancel')
    .description('Cancels a task.')
    .argument('<id>', 'the id of the task')
    .option('--json', 'print the task as JSON')
    .addHelpText('after', examples(context, cancelHelp))
    .action((id: string, _options: unknown, command: Command) =>
      cancel(id, command.optsWithGlobals<TaskOptions>(), context),
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

async function get(id: string, options: TaskOptions, { io, printer }: CliContext): Promise<void> {
  const path = taskPath(id);
  const answer = await (await Mesh.open(options, io)).get<AdminTask>(path);
  if (options.json) printer.json(answer);
  else printTask(printer, answer);
}

async function cancel(id: string, options: TaskOptions, { io, printer }: CliContext): Promise<void> {
  const path = taskPath(id);
  const { task } = await (await Mesh.open(options, io)).post<AdminTask>(`${path}/cancel`, {});
  if (options.json) printer.json(task);
  else printer.print(`${task.id} is canceled.`);
}
