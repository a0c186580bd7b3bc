import type { Command } from 'commander';
import type { AdminTask } from '#shared/admin/schemas.ts';
import type { CliContext } from '../context.ts';
import { Mesh, parseMessage } from '../mesh/mesh.ts';
import { persistently, waitingOf } from '../mesh/patience.ts';
import { taskStream } from '../mesh/task-stream.ts';
import { examples } from '../options.ts';
import { concludeTask } from '../print/outcome.ts';
import { printTaskStream } from '../print/task-printer.ts';
import { interruptedTask } from './interrupted.ts';
import { type TaskOptions, taskPath } from './task-path.ts';

const help = `
Examples:
  npx starling tasks watch "$(npx starling call echo hello --no-wait)"
  npx starling tasks watch "$(npx starling call echo hello --no-wait)" --json

It prints the results so far, then each result as it comes, until the task has ended or asks its client for more. If the mesh
restarts, the command continues. Ctrl-C ends the command with exit code 130, and the task goes on. The exit code is 1 when the
task failed, was rejected or was canceled.`;

export function addWatch(tasks: Command, context: CliContext): void {
  tasks
    .command('watch')
    .description('Prints what happens to a task, until it has ended.')
    .argument('<id>', 'the id of the task')
    .option('--json', 'print each event of the task as JSON on a line')
    .addHelpText('after', examples(context, help))
    .action((id: string, _options: unknown, command: Command) =>
      watch(id, command.optsWithGlobals<TaskOptions>(), context),
    );
}

async function watch(id: string, options: TaskOptions, context: CliContext): Promise<void> {
  const { io, printer } = context;
  const path = taskPath(id);
  const mesh = await Mesh.open(options, io);
  const waiting = waitingOf(context, io.stopSignal());
  const { signal } = waiting;
  const get = () => persistently(mesh, waiting, () => mesh.get<AdminTask>(path, signal));
  async function* open(lastEventId?: string) {
    const { messages } = await mesh.stream(`${path}/events`, { lastEventId, signal });
    for await (const { id, data } of messages) yield { id, result: parseMessage(data) };
  }
  try {
    const { record } = await get();
    const stream = {
      open: () => open(),
      reopen: (_taskId: string, lastEventId?: string) => open(lastEventId),
      get: async () => (await get()).task,
    };
    const last = await printTaskStream(printer, taskStream(mesh, stream, waiting, record.id));
    if (last) concludeTask(printer, record.agentId, last);
  } catch (error) {
    throw signal.aborted ? interruptedTask(id, signal) : error;
  }
}
