import { textOf } from '#shared/a2a/parts.ts';
import type { Message } from '#shared/a2a/types.ts';
import type { TaskRequestedV1 } from '#shared/generated/types.ts';
import type { Idempotency } from '#shared/ports/idempotency.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { createOnce, type Once } from './idempotency.ts';

/** One turn of a task, as a handler sees it. */
export interface AgentTask {
  readonly id: string;
  readonly contextId: string;
  readonly agentId: string;
  /** From 1; each answer of the client to `inputRequired` begins the next. */
  readonly turn: number;
  /** From 1; above it, an earlier delivery of this turn failed. */
  readonly attempt: number;
  readonly message: Message;
  /** The messages before this one, the oldest first. */
  readonly history: readonly Message[];
  /** The texts of the message, joined by line ends. */
  readonly text: string;
  /** The first data part of the message: the params, where a skill was called by its name. */
  readonly input: unknown;
  /** The skill that was called by its name. */
  readonly skill: string | undefined;
  readonly principal: { readonly id: string; readonly scopes: readonly string[] };
  readonly deadline: Date;
  /** Aborts when the task is cancelled, at its deadline, and when the function's time is up. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Has a side effect of the agent's own happen once, although messages are delivered again. */
  readonly once: Once;
}

export interface TaskSurroundings {
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly idempotency: Idempotency;
  /** Milliseconds that are left of the function's time. */
  readonly timeLeft: () => number;
}

export function agentTask(data: TaskRequestedV1, surroundings: TaskSurroundings): AgentTask {
  const { attempt, signal, log, idempotency, timeLeft } = surroundings;
  const { message, agentId, taskId, turn } = data;
  return {
    id: data.taskId,
    contextId: data.contextId,
    agentId: data.agentId,
    turn: data.turn,
    attempt,
    message,
    history: data.history ?? [],
    text: textOf(message.parts),
    input: message.parts.find((part) => 'data' in part)?.data,
    skill: data.skill,
    principal: data.principal,
    deadline: new Date(data.deadline),
    signal,
    log,
    once: createOnce({ idempotency, agentId, taskId, turn, signal, timeLeft }),
  };
}
