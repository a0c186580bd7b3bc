import { dataOf, textOf } from '#shared/a2a/parts.ts';
import type { Message } from '#shared/a2a/types.ts';
import type { TaskRequestedV1, Usage } from '#shared/generated/types.ts';
import type { Idempotency } from '#shared/ports/idempotency.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { createOnce, type Once } from './idempotency.ts';

/**
 * One turn of a task, as a handler sees it.
 *
 * @example
 * const handler = async (task: AgentTask) => {
 *   task.log.info('called', { principal: task.principal.id });
 *   const response = await fetch('https://example.com', { method: 'POST', body: task.text, signal: task.signal });
 *   return response.json();
 * };
 */
export interface AgentTask {
  readonly id: string;
  readonly contextId: string;
  readonly agentId: string;
  /** Begins at 1. Each answer of the client to `inputRequired` begins the next turn. */
  readonly turn: number;
  /** Begins at 1. Above 1, an earlier attempt at this turn failed. */
  readonly attempt: number;
  readonly message: Message;
  /** The earlier messages of the task, the oldest first. */
  readonly history: readonly Message[];
  /** The texts of the message, joined by line breaks. */
  readonly text: string;
  /** The first data part of the message. In a message that names a skill, these are the params. */
  readonly input: unknown;
  /** The id of the skill that the message names, or that an earlier message of the task named. */
  readonly skill: string | undefined;
  /** The caller: the id of its client and the scopes of its token. An agent knows its caller only by these. */
  readonly principal: { readonly id: string; readonly scopes: readonly string[] };
  /** The mesh fails the task at this time. */
  readonly deadline: Date;
  /** Aborts when the task is canceled, at its deadline, and when the function's time is up. Pass it on to `fetch`. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Does a side effect once, although the handler may run more than once. */
  readonly once: Once;
  /**
   * Reports what a language model cost. Each call adds to the turn's sum. The event that ends the turn carries it.
   *
   * @throws InvalidEventError for tokens that are no whole numbers from 0, and for a cost below 0
   *
   * @example task.reportUsage({ inputTokens: 812, outputTokens: 96, model: 'small-1', cost: 0.0021 });
   */
  readonly reportUsage: (usage: Usage) => void;
}

export interface TaskSurroundings {
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly idempotency: Idempotency;
  readonly reportUsage: (usage: Usage) => void;
  /** Milliseconds until the function's time is up. */
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
    input: dataOf(message.parts),
    skill: data.skill,
    principal: data.principal,
    deadline: new Date(data.deadline),
    signal,
    log,
    reportUsage: surroundings.reportUsage,
    once: createOnce({ idempotency, agentId, taskId, turn, signal, timeLeft }),
  };
}
