import { A2AError } from '#shared/a2a/errors.ts';
import type { Task } from '#shared/a2a/types.ts';
import { textOf } from '#shared/agent/task.ts';
import { uuidv7 } from '#shared/ids.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import type { Call, Operations } from '../a2a/operations.ts';
import { submit } from '../a2a/submit.ts';
import { inputValidator } from './skill-input.ts';

export interface SkillResult {
  readonly taskId: string;
  /** The data of the task's artifacts where there is some, else their text. */
  readonly result: unknown;
}

/**
 * Calls a skill by its name, as a JSON-RPC method: a task like any other, whose outcome is the method's result.
 *
 * @throws A2AError METHOD_NOT_FOUND and INVALID_PARAMS before there is a task; TASK_FAILED and the like, with the
 *   task's id in the metadata, after.
 */
export async function callSkill(
  runtime: Runtime,
  operations: Operations,
  call: Call,
  { method, params }: { method: string; params: unknown },
): Promise<SkillResult> {
  const skill = call.agent.card.skills.find(({ id }) => id === method);
  if (skill === undefined) throw noSuchSkill(call.agent, method);
  const input = params ?? {};
  const problem = inputValidator(call.agent, skill.id)(input);
  if (problem !== undefined) throw new A2AError('INVALID_PARAMS', `The params of ${method} are not valid: ${problem}.`);
  const submitted = await submit(runtime, {
    agent: call.agent,
    principal: call.principal,
    traceparent: call.traceparent,
    message: { messageId: uuidv7(runtime.clock.now()), role: 'ROLE_USER', parts: [{ data: input }] },
    skill: skill.id,
  });
  const task = await operations.settled(submitted, { wait: runtime.settings.waitMs, timeUp: call.timeUp });
  if (task.status.state !== 'TASK_STATE_COMPLETED') throw notCompleted(task);
  return { taskId: task.id, result: outputOf(task) };
}

function outputOf(task: Task): unknown {
  const artifacts = task.artifacts ?? [];
  const data = artifacts.flatMap(({ parts }) => parts).find((part) => 'data' in part);
  if (data) return data.data;
  if (artifacts.length === 0) return textOf(task.status.message?.parts ?? []);
  // The parts of one artifact may be the chunks of one text.
  return artifacts.map(({ parts }) => parts.map((part) => ('text' in part ? part.text : '')).join('')).join('\n');
}

function noSuchSkill({ id, card }: RegisteredAgent, method: string): A2AError {
  const skills = card.skills.map((skill) => skill.id).join(', ');
  return new A2AError(
    'METHOD_NOT_FOUND',
    `${method.slice(0, 80)} is neither a method of A2A 1.0 nor a skill of ${id}, which has: ${skills}.`,
    {
      metadata: { skills },
    },
  );
}

function notCompleted(task: Task): A2AError {
  const { state, message } = task.status;
  const metadata = { taskId: task.id };
  const said = message ? `: ${textOf(message.parts)}` : '';
  switch (state) {
    case 'TASK_STATE_FAILED':
      return new A2AError('TASK_FAILED', `Task ${task.id} failed${said}`, { metadata });
    case 'TASK_STATE_REJECTED':
      return new A2AError('TASK_REJECTED', `Task ${task.id} was rejected${said}`, { metadata });
    case 'TASK_STATE_CANCELED':
      return new A2AError('TASK_CANCELED', `Task ${task.id} was canceled${said}`, { metadata });
    case 'TASK_STATE_INPUT_REQUIRED':
    case 'TASK_STATE_AUTH_REQUIRED':
      return new A2AError(
        'TASK_WAITS_FOR_CLIENT',
        `Task ${task.id} asks for more${said}. Answer with SendMessage and its taskId.`,
        { metadata },
      );
    default:
      if (isTerminal(state)) throw new Error(`a completed task is no error: ${task.id}`);
      return new A2AError('WAIT_ENDED', `Task ${task.id} goes on, but the wait has ended: get it with GetTask.`, {
        metadata,
      });
  }
}
