import type { Command } from 'commander';
import type { Message, Task } from '#shared/a2a/types.ts';
import { uuidv7 } from '#shared/ids.ts';
import { UsageError } from '../errors.ts';
import { Mesh } from '../mesh/mesh.ts';
import { type GlobalOptions, readTarget } from '../mesh/target.ts';
import { isSettledState, settledTask, taskStream } from '../mesh/task-stream.ts';
import { concludeTask, printOutcome } from '../print/outcome.ts';
import { note, print, printJson } from '../print/output.ts';
import { partsText } from '../print/parts.ts';
import { TaskPrinter } from '../print/task-printer.ts';
import { callSkill } from './call-skill.ts';

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

Exits with 1, and the reason on stderr, when the task failed, was rejected or was canceled.`;

export function addCall(program: Command): void {
  program
    .command('call')
    .description('Sends a message to an agent and prints what it makes of it.')
    .argument('<agent>', "the agent's id, as npx starling agents lists it")
    .argument('[text...]', 'the message')
    .option('--stream', 'print results while they are made')
    .option('--skill <name>', 'call a skill by its name instead of sending text')
    .option('--params <json>', 'the params of the skill')
    .option('--task <id>', 'answer a task that asked for more')
    .option('--context <id>', 'begin the task in a context')
    .option('--no-wait', 'do not wait for the result: print the id of the task')
    .option('--json', 'print the whole task (with --stream: each event on a line)')
    .addHelpText('after', examples)
    .action((agent: string, text: readonly string[], _options: unknown, command: Command) =>
      call(agent, text.join(' '), command.optsWithGlobals<CallOptions>()),
    );
}

async function call(agent: string, text: string, options: CallOptions): Promise<void> {
  const { skill, params } = options;
  const mesh = new Mesh(await readTarget(options));
  if (skill !== undefined) {
    refuseWith('--skill', { text: text || undefined, '--stream': options.stream, '--task': options.task });
    refuseWith('--skill', { '--context': options.context, '--no-wait': options.wait ? undefined : true });
    return callSkill(mesh, { agent, skill, params, json: options.json === true });
  }
  if (params !== undefined) throw new UsageError('--params goes with --skill, which names the skill.');
  if (text === '')
    throw new UsageError('There is no message. Write one behind the agent, or call a skill with --skill.');
  if (options.stream) {
    refuseWith('--stream', { '--no-wait': options.wait ? undefined : true });
    return stream(mesh, agent, userMessage(text, options), options.json === true);
  }
  return send(mesh, agent, userMessage(text, options), options);
}

async function send(mesh: Mesh, agent: string, message: Message, { wait, json }: CallOptions): Promise<void> {
  const configuration = { returnImmediately: !wait };
  const { result } = await mesh.rpc(agent, 'SendMessage', { message, configuration });
  const answer = result as { readonly task?: Task; readonly message?: Message };
  if (answer.task === undefined) {
    if (json) printJson(result);
    else if (answer.message) print(partsText(answer.message.parts));
    return;
  }
  if (!wait && !isSettledState(answer.task.status.state)) {
    if (json) return printJson(answer.task);
    print(answer.task.id);
    return note(`See it with: npx starling tasks get ${answer.task.id}`);
  }
  const task = await settledTask(mesh, agent, answer.task);
  if (!json) return printOutcome(agent, task);
  printJson(task);
  concludeTask(agent, task);
}

async function stream(mesh: Mesh, agent: string, message: Message, json: boolean): Promise<void> {
  const printer = new TaskPrinter();
  let last: Pick<Task, 'id' | 'status'> | undefined;
  for await (const response of taskStream(mesh, agent, { method: 'SendStreamingMessage', params: { message } })) {
    if (json) print(JSON.stringify(response));
    else printer.print(response);
    if ('task' in response) last = response.task;
    else if ('statusUpdate' in response) {
      last = { id: response.statusUpdate.taskId, status: response.statusUpdate.status };
    }
  }
  if (!json) printer.end();
  if (last) concludeTask(agent, last);
}

function userMessage(text: string, { task, context }: CallOptions): Message {
  return {
    messageId: uuidv7(Date.now()),
    role: 'ROLE_USER',
    parts: [{ text }],
    ...(task !== undefined && { taskId: task }),
    ...(context !== undefined && { contextId: context }),
  };
}

function refuseWith(option: string, others: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) throw new UsageError(`${option} cannot be used with ${name}.`);
  }
}
