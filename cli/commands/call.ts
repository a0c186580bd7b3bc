import type { Command } from 'commander';
import type { Message, Task } from '#shared/a2a/types.ts';
import { turnHasEnded } from '#shared/tasks/state.ts';
import type { CliContext } from '../context.ts';
import { UsageError } from '../errors.ts';
import { Mesh } from '../mesh/mesh.ts';
import { persistently, type Waiting, waitingOf } from '../mesh/patience.ts';
import { type GlobalOptions, splitData } from '../mesh/target.ts';
import { sentMessage, settledTask, taskStream } from '../mesh/task-stream.ts';
import { collect, examples } from '../options.ts';
import { concludeTask, printOutcome } from '../print/outcome.ts';
import { partsText } from '../print/parts.ts';
import { printTaskStream } from '../print/task-printer.ts';
import { type MessageOptions, userMessage } from './call-message.ts';
import { interruptedCall } from './interrupted.ts';

interface CallOptions extends GlobalOptions, Omit<MessageOptions, 'words' | 'data'> {
  readonly stream?: true;
  readonly json?: true;
  readonly wait: boolean;
}

const help = `
Examples:
  npx starling call calculator "(3 + 4) * 5"
  npx starling call weather --skill get_weather --params '{"location": "Seoul"}'
  npx starling call calculator -- "-2 + 3"                    # text that begins with a hyphen
  echo "2 + 2" | npx starling call calculator -               # text from standard input
  npx starling call echo "look at this" --file package.json   # text with a file
  npx starling call echo --data '{"order": 7}'                # JSON as the message

--data takes JSON that begins with {, [ or ", or @ and a file with JSON. Any other value is the data folder of the mesh, as
for every command. --params takes @ and a file too. @- and --file - read standard input.

If the mesh restarts, the command waits for it up to a minute and continues with the same task. Ctrl-C ends the command with
exit code 130; the task goes on. The exit code is 1, with the reason on stderr, when the task failed, was rejected or was
canceled.`;

export function addCall(program: Command, context: CliContext): void {
  program
    .command('call')
    .description('Sends a message to an agent and prints the result.')
    .argument('<agent>', "the agent's id, as the command agents lists it")
    .argument('[text...]', 'the message; - for standard input')
    .option('--stream', 'print results while the agent produces them')
    .option('--skill <name>', 'call this skill of the agent; do not send text')
    .option('--params <json>', 'the parameters of the skill, as JSON; @file reads a file')
    .option('--file <path>', 'add a file to the message; may be given several times', collect)
    .option('--task <id>', 'answer a task that asks for more')
    .option('--context <id>', 'begin the task in this context')
    .option('--no-wait', 'print the id of the task and do not wait for the result')
    .option('--json', 'print the whole task as JSON (with --stream: each event on a line)')
    .addHelpText('after', examples(context, help))
    .action((agent: string, text: readonly string[], _options: unknown, command: Command) =>
      call(agent, text, command.optsWithGlobals<CallOptions>(), context),
    );
}

async function call(agent: string, words: readonly string[], options: CallOptions, context: CliContext): Promise<void> {
  const { io } = context;
  if (options.stream && !options.wait) throw new UsageError('--stream cannot be used with --no-wait.');
  const { folder, json: data } = splitData(options.data ?? []);
  const message = await userMessage({ ...options, words, data }, context);
  const mesh = await Mesh.open({ ...options, data: folder === undefined ? [] : [folder] }, io);
  const waiting = waitingOf(context, io.stopSignal());
  try {
    if (options.stream) await streamMessage(mesh, agent, message, waiting, context);
    else await sendMessage(mesh, agent, message, options, waiting, context);
  } catch (error) {
    throw waiting.signal.aborted ? await interruptedCall(mesh, agent, message, waiting.signal) : error;
  }
}

async function sendMessage(
  mesh: Mesh,
  agent: string,
  message: Message,
  { wait, json }: CallOptions,
  waiting: Waiting,
  { printer }: CliContext,
): Promise<void> {
  const configuration = { returnImmediately: !wait };
  // The mesh makes one task from a message, however often it comes.
  const { result } = await persistently(mesh, waiting, () =>
    mesh.rpc(agent, 'SendMessage', { message, configuration }, waiting.signal),
  );
  const answer = result as { readonly task?: Task; readonly message?: Message };
  if (answer.task === undefined) {
    if (json) printer.json(result);
    else if (answer.message) printer.print(partsText(answer.message.parts));
    return;
  }
  if (!wait && !turnHasEnded(answer.task.status.state)) {
    if (json) return printer.json(answer.task);
    printer.print(answer.task.id);
    return printer.note(`See it with: ${printer.commands.line('tasks', 'get', answer.task.id)}`);
  }
  const task = await settledTask(mesh, agent, answer.task, waiting);
  if (!json) return printOutcome(printer, agent, task);
  printer.json(task);
  concludeTask(printer, agent, task);
}

async function streamMessage(
  mesh: Mesh,
  agent: string,
  message: Message,
  waiting: Waiting,
  { printer }: CliContext,
): Promise<void> {
  const stream = sentMessage(mesh, agent, { message }, waiting);
  const last = await printTaskStream(printer, taskStream(mesh, stream, waiting));
  if (last) concludeTask(printer, agent, last);
}
