import { randomUUID } from 'node:crypto';
import type { SQSBatchResponse } from 'aws-lambda';
import type { Part } from '#shared/a2a/types.ts';
import { type AgentHandler, defineAgent } from '#shared/agent/define-agent.ts';
import type { AgentDefinition, Handler } from '#shared/agent/definition.ts';
import type { CloudEvent } from '#shared/events/envelope.ts';
import type { TaskArtifactV1, TaskRequestedV1, TaskStatusChangedV1 } from '#shared/generated/types.ts';
import { lambdaContext, type RecordOptions, sqsEvent, sqsRecord } from '#test/support/lambda.ts';
import { entry } from '#test/support/task-events.ts';

/** An agent of which only the handler matters. */
export function agent(handler: Handler, more: Partial<AgentDefinition> = {}): AgentHandler {
  return defineAgent({
    name: 'Test',
    description: 'Is tested.',
    version: '1.0.0',
    skills: [{ id: 'test', name: 'Test', description: 'Is tested.', tags: [] }],
    handler,
    ...more,
  });
}

export function requested(changes: Partial<TaskRequestedV1> = {}): TaskRequestedV1 {
  return {
    taskId: randomUUID(),
    contextId: 'context-1',
    agentId: 'echo',
    turn: 1,
    attemptBase: 0,
    deadline: new Date(Date.now() + 300_000).toISOString(),
    principal: { id: 'app', scopes: ['starling/agents:invoke'] },
    message: { messageId: 'message-1', role: 'ROLE_USER', parts: [{ text: 'hello' }] },
    ...changes,
  };
}

/** The event as the agent's rule delivers it. */
export function delivered(type: 'TaskRequested.v1' | 'TaskCancelRequested.v1', data: unknown) {
  const { source, detailType, detail } = entry('starling.tasks', type, data);
  return { version: '0', id: 'event-1', source, 'detail-type': detailType, detail: detail as CloudEvent };
}

export interface RunOptions extends RecordOptions {
  /** Milliseconds of the function's time that are left. */
  readonly timeLeft?: number;
}

/** Has the agent work on a request. */
export function run(handler: AgentHandler, data: TaskRequestedV1, options: RunOptions = {}): Promise<SQSBatchResponse> {
  const { timeLeft, ...record } = options;
  return handler(sqsEvent(sqsRecord(delivered('TaskRequested.v1', data), record)), lambdaContext('echo', timeLeft));
}

export function cancel(
  handler: AgentHandler,
  { taskId, contextId, agentId, turn }: TaskRequestedV1,
): Promise<SQSBatchResponse> {
  const data = { taskId, contextId, agentId, turn, reason: 'the client said so' };
  return handler(sqsEvent(sqsRecord(delivered('TaskCancelRequested.v1', data))), lambdaContext());
}

function shown(parts: readonly Part[]): string {
  return parts.map((part) => JSON.stringify('data' in part ? part.data : 'text' in part ? part.text : part)).join(' ');
}

/**
 * An agent's event in a line: `2 artifact-1-1 + "text" …`, where `+` appends, `=` replaces and `…` has more to come. The event
 * that ends a turn has its artifacts in brackets: `1 completed [artifact-1-1 "text"]`.
 */
export function briefly({ data }: CloudEvent<TaskStatusChangedV1 | TaskArtifactV1>): string {
  if ('artifact' in data) {
    const { artifact, append, lastChunk } = data;
    return `${data.sequence} ${artifact.artifactId} ${append ? '+' : '='} ${shown(artifact.parts)}${lastChunk ? '' : ' …'}`;
  }
  const [part] = data.status.message?.parts ?? [];
  const text = part && 'text' in part ? ` ${part.text}` : '';
  const result = data.artifacts?.map(({ artifactId, parts }) => ` [${artifactId} ${shown(parts)}]`) ?? [];
  const omitted = data.artifactsOmitted ? ' [omitted]' : '';
  return `${data.sequence} ${data.status.state.replace('TASK_STATE_', '').toLowerCase()}${text}${result.join('')}${omitted}`;
}
