import type { Command } from 'commander';
import { namingSkill } from '#shared/a2a/skill-extension.ts';
import type { Message, Task } from '#shared/a2a/types.ts';
import { uuidv7 } from '#shared/ids.ts';
import { turnHasEnded } from '#shared/tasks/state.ts';
import type { CliContext } from '../context.ts';
import { UsageError } from '../errors.ts';
import { Mesh } from '../mesh/mesh.ts';
import type { GlobalOptions } from '../mesh/target.ts';
import { settledTask, taskStream } from '../mesh/task-stream.ts';
import { concludeTask, printOutcome } from '../print/outcome.ts';
import { partsText } from '../print/parts.ts';
import { TaskPrinter } from '../print/task-printer.ts';

interface CallOptions extends GlobalOptions {
  readonly stream?: true;
  readonly skill?: string;
  readonly params?: string;
  readonly json?: true;
  readonly task?: string;
  readonly context?: string;
  readonly wait: boolean;
}

const examples = `
Examples:
  npx starling call calculator "(3 + 4) * 5"
  npx starling call weather --skill get_weather --params '{"location": "Seoul"}'
  npx starling call calculator -- "-2 + 3"          text that begins with a hyphen

The exit code is 1, with the reason on stderr, when the task failed, was rejected or was canceled.`;

export function addCall(program: Command, context: CliContext): void {
  program
    .command('call')
    .description('Sends a message to an agent and prints the result.')
    .argument('<agent>', "the agent's id, as npx starling agents lists it")
    .argument('[text...]', 'the message')
    .option('--stream', 'print results while the agent produces them')
    .option('--skill <name>', 'call this skill of the agent; do not send text')
    .option('--params <json>', 'the parameters of the skill, as JSON')
    .option('--task <id>', 'answer a task that asks for more')
    .option('--context <id>', 'begin the task in this context')
    .option('--no-wait', 'print the id of the task and do not wait for the result')
    .option('--json', 'print the whole task as JSON (with --stream: each event on a line)')
    .addHelpText('after', examples)
    .action((agent: string, text: readonly string[], _options: unknown, command: Command) =>
      call(agent, text.join(' '), command.optsWithGlobals<CallOptions>(), context),
    );
}

async function call(agent: string, text: string, options: CallOptions, context: CliContext): Promise<void> {
  const { stream, json = false } = options;
  const message = userMessage(text, options, context.io.clock.now());
  if (stream && !options.wait) throw new UsageError('--stream cannot be used with --no-wait.');
  const mesh = await Mesh.open(options, context.io);
  if (stream) {
    return streamMessage(mesh, agent, message, json, context);
  }
  return sendMessage(mesh, agent, message, options, context);
}

async function sendMessage(
  mesh: Mesh,
  agent: string,
  message: Message,
  { wait, json }: CallOptions,
  { io, printer }: CliContext,
): Promise<void> {
  const configuration = { returnImmediately: !wait };
  const { result } = await mesh.rpc(agent, 'SendMessage', { message, configuration });
  const answer = result as { readonly task?: Task; readonly message?: Message };
  if (answer.task === undefined) {
    if (json) printer.json(result);
    else if (answer.message) printer.print(partsText(answer.message.parts));
    return;
  }
  if (!wait && !turnHasEnded(answer.task.status.state)) {
    if (json) return printer.json(answer.task);
    printer.print(answer.task.id);
    return printer.note(`See it with: npx starling tasks get ${answer.task.id}`);
  }
  const task = await settledTask(mesh, agent, answer.task, io);
  if (!json) return printOutcome(printer, agent, task);
  printer.json(task);
  concludeTask(printer, agent, task);
}

async function streamMessage(
  mesh: Mesh,
  agent: string,
  message: Message,
  json: boolean,
  { io, printer }: CliContext,
): Promise<void> {
  const taskPrinter = new TaskPrinter(printer);
  let last: Pick<Task, 'id' | 'status'> | undefined;
  try {
    for await (const response of taskStream(mesh, agent, { method: 'SendStreamingMessage', params: { message } }, io)) {
      if (json) printer.print(JSON.stringify(response));
      else taskPrinter.print(response);
      if ('task' in response) last = response.task;
      else if ('statusUpdate' in response) {
        last = { id: response.statusUpdate.taskId, status: response.statusUpdate.status };
      }
    }
    if (!json) taskPrinter.end();
  } finally {
    taskPrinter.endLine();
  }
  if (last) concludeTask(printer, agent, last);
}

function userMessage(text: string, options: CallOptions, now: number): Message {
  const { task, context } = options;
  return {
    messageId: uuidv7(now),
    role: 'ROLE_USER',
    ...content(text, options),
    ...(task !== undefined && { taskId: task }),
    ...(context !== undefined && { contextId: context }),
  };
}

/** The text, or the params of a skill with its name. */
function content(text: string, { skill, params }: CallOptions): Pick<Message, 'parts' | 'extensions' | 'metadata'> {
  if (skill !== undefined) {
    if (text !== '')
      throw new UsageError('--skill cannot be used with text. Give the input of the skill with --params.');
    return { parts: [{ data: readParams(params) }], ...namingSkill(skill) };
  }
  if (params !== undefined) throw new UsageError('--params needs --skill, which names the skill.');
  if (text === '') {
    throw new UsageError('There is no message. Write one after the agent, or call a skill with --skill.');
  }
  return { parts: [{ text }] };
}

function readParams(text: string | undefined): unknown {
  if (text === undefined) return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`--params is not JSON. Write it like this: --params '{"location": "Seoul"}'`);
  }
}
