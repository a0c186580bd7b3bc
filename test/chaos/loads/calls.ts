import { setTimeout as sleep } from 'node:timers/promises';
import type { Task, TaskState } from '#shared/a2a/types.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import { CallError } from '../a2a-client.ts';
import type { Call } from '../ledger.ts';
import { Load, type Operation } from '../load.ts';
import { untilAnswered } from '../retry.ts';
import type { LoadContext } from './context.ts';

/** Between two looks at a task that has not ended, in milliseconds. */
const POLL = 100;

/** Clients that send a message and wait, or come back for the task. */
export function callLoads(context: LoadContext): readonly Load[] {
  const { scale } = context;
  const load = (name: string, target: number, workers: number, perform: (operation: Operation) => Promise<void>) =>
    new Load({ name, target: Math.ceil(target * scale), workers, perform, surprises: context.ledger.surprises });
  return [
    load('waiting calls', 750, 16, (operation) => whole(context, operation, 'echo', `w-${operation.number}`, true)),
    load('calls that come back', 350, 12, (operation) =>
      whole(context, operation, 'echo', `b-${operation.number}`, false),
    ),
    load('calls that fail', 50, 4, (operation) =>
      whole(context, operation, 'stubborn', `f-${operation.number}`, operation.number % 2 === 0),
    ),
    load('dialogs', 150, 8, (operation) => dialog(context, operation)),
    load('cancels', 150, 8, (operation) => cancel(context, operation)),
  ];
}

async function whole(context: LoadContext, operation: Operation, agent: string, text: string, waits: boolean) {
  const call = context.ledger.call(text, agent, text);
  await send(context, call, { waits });
  operation.acknowledged();
  await end(context, call);
}

/** A message, the agent's question, and another message in the same task. */
async function dialog(context: LoadContext, operation: Operation): Promise<void> {
  const call = context.ledger.call(`d-${operation.number}`, 'asker', `city ${operation.number}`);
  const id = await send(context, call, { waits: true });
  await stands(context, call, id, (state) => state === 'TASK_STATE_INPUT_REQUIRED');
  await send(context, call, { waits: true, messageId: `${call.messageId}-2`, taskId: id });
  operation.acknowledged();
  await end(context, call);
}

/** A long task that its client gives up. */
async function cancel(context: LoadContext, operation: Operation): Promise<void> {
  const call = context.ledger.call(`c-${operation.number}`, 'narrator', '250');
  const id = await send(context, call, { waits: false });
  operation.acknowledged();
  try {
    const task = await untilAnswered(() => context.client.call<Task>('narrator', 'CancelTask', { id }));
    if (task.status.state !== 'TASK_STATE_CANCELED') throw new Error(`A cancel was answered by ${task.status.state}`);
    call.canceled = true;
  } catch (error) {
    // It was canceled by a request whose answer was lost, or had ended before.
    if (!(error instanceof CallError) || !error.message.includes('has ended')) throw error;
  }
  await end(context, call);
}

interface Sending {
  readonly waits: boolean;
  readonly messageId?: string;
  readonly taskId?: string;
}

/** Sends the message until there is an answer, and notes the task. */
async function send(context: LoadContext, call: Call, sending: Sending): Promise<string> {
  const { waits, messageId = call.messageId, taskId } = sending;
  const message = { messageId, role: 'ROLE_USER', parts: [{ text: call.text }], ...(taskId && { taskId }) };
  const configuration = { returnImmediately: !waits };
  const { task } = await untilAnswered(
    () => context.client.call<{ task: Task }>(call.agent, 'SendMessage', { message, configuration }),
    call.tries,
  );
  call.taskIds.add(task.id);
  return task.id;
}

/** Notes the task as its client finds it when it has ended. */
async function end(context: LoadContext, call: Call): Promise<void> {
  for (const id of call.taskIds) call.ended = await stands(context, call, id, isTerminal);
}

/** Waits until the task stands as it is to. @throws Error when it has ended otherwise */
async function stands(context: LoadContext, call: Call, id: string, isEnd: (state: TaskState) => boolean) {
  for (;;) {
    const task = await context.client.task(call.agent, id);
    if (isEnd(task.status.state)) return task;
    if (isTerminal(task.status.state)) throw new Error(`${call.messageId} has ended: ${task.status.state}`);
    await sleep(POLL);
  }
}
