import { A2AError } from '#shared/a2a/errors.ts';
import type { TaskState } from '#shared/a2a/types.ts';
import { watched } from '#shared/async-iterables.ts';
import { isObject } from '#shared/objects.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { type Answer, taskIdOf } from './answer.ts';

type CallRuntime = Pick<Runtime, 'metrics' | 'calls' | 'clock'>;

/** Counts, measures and logs one call of an agent. Every binding makes one for each request. */
export class CallRecord {
  readonly #runtime: CallRuntime;
  readonly #begunAt: number;
  #agentId = 'unknown';
  #operation = 'unknown';
  #isPermitted = false;

  constructor(runtime: CallRuntime) {
    this.#runtime = runtime;
    this.#begunAt = runtime.clock.now();
  }

  /**
   * The call is for this agent. Names in metrics and in the log come from the registry. Otherwise a caller could create
   * any number of names.
   *
   * @param method an A2A method or the id of one of the agent's skills
   */
  permitted(agent: RegisteredAgent, method: string): void {
    this.#agentId = agent.id;
    this.#operation = method;
    this.#isPermitted = true;
    this.#runtime.metrics.count('starling_calls_total', { agent: agent.id, method });
  }

  /** The call has one answer. */
  answered(answer: Answer): void {
    this.#end(outcomeOf(answer), taskIdOf(answer));
  }

  /** The call's skill has its result. */
  completed(taskId: string): void {
    this.#end('completed', taskId);
  }

  failed({ reason, metadata }: A2AError): void {
    this.#countError(reason);
    this.#end(reason, metadata.taskId);
  }

  /** Passes a stream on. The call ends with it. */
  following<Response extends { readonly response: object }>(stream: AsyncIterable<Response>): AsyncIterable<Response> {
    let last: InTask = {};
    return watched(stream, {
      value: (item) => {
        last = { ...last, ...taskIn(item.response) };
      },
      end: (how) => this.#end(this.#outcomeOf(how, last), last.taskId),
    });
  }

  #outcomeOf(how: 'done' | 'left' | { readonly error: unknown }, { state = 'ok' }: InTask): string {
    if (how === 'done') return state;
    if (how === 'left') return 'disconnected';
    const code = how.error instanceof A2AError ? how.error.reason : 'INTERNAL_ERROR';
    this.#countError(code);
    return code;
  }

  #countError(code: string): void {
    this.#runtime.metrics.count('starling_call_errors_total', { agent: this.#agentId, code });
  }

  #end(outcome: string, taskId: string | undefined): void {
    const { metrics, calls, clock } = this.#runtime;
    const durationMs = clock.now() - this.#begunAt;
    const agentId = this.#agentId;
    const operation = this.#operation;
    if (this.#isPermitted) {
      metrics.observe('starling_call_duration_seconds', { agent: agentId, method: operation }, durationMs / 1000);
    }
    calls.write({ agentId, operation, outcome, durationMs, ...(taskId !== undefined && { taskId }) });
  }
}

function outcomeOf(answer: Answer): string {
  switch (answer.kind) {
    case 'message':
      return 'completed';
    case 'list':
      return 'ok';
    case 'task':
    case 'sent':
      return taskIn(answer.task).state ?? 'ok';
    default:
      return answer satisfies never;
  }
}

interface InTask {
  readonly state?: string;
  readonly taskId?: string;
}

/** The task's id and its state in the log's words, from a task, or an answer or an event that has one. */
function taskIn(answer: unknown): InTask {
  if (!isObject(answer)) return {};
  if (isObject(answer.task)) return taskIn(answer.task);
  const update = answer.statusUpdate ?? answer.artifactUpdate;
  if (isObject(update)) return { ...taskIn(update), taskId: String(update.taskId) };
  const state = isObject(answer.status) ? (answer.status.state as TaskState) : undefined;
  return {
    ...(state !== undefined && { state: state.replace('TASK_STATE_', '').toLowerCase() }),
    ...(typeof answer.id === 'string' && { taskId: answer.id }),
  };
}
