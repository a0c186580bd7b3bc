import { A2AError } from '#shared/a2a/errors.ts';
import type { StreamResponse, Task } from '#shared/a2a/types.ts';
import type { TaskId } from '#shared/ids.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';
import type { Principal } from '#shared/ports/permission-store.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { assemble } from '#shared/tasks/assemble.ts';
import { endTask } from '#shared/tasks/end-task.ts';
import { contextOf } from '#shared/tasks/log.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import type { Correlator } from './correlator.ts';
import {
  optionalObject,
  type Params,
  readConfiguration,
  readHistoryLength,
  readLastEventId,
  readTaskId,
  type SendConfiguration,
} from './params.ts';
import { type PositionedResponse, positioned } from './stream-responses.ts';
import { logOf, type Submitted, submit, visibleTask } from './submit.ts';

/** Who calls which agent, whatever the binding. */
export interface Call {
  readonly agent: RegisteredAgent;
  readonly principal: Principal;
  readonly traceparent: string | undefined;
  /** Aborts when the client has gone, or the host's time for the call is up. */
  readonly signal: AbortSignal;
  /** Aborts when the host's time for the call is up; undefined where it has no end. */
  readonly timeUp: AbortSignal | undefined;
  /** The id of the last SSE event that a client got which comes back. */
  readonly lastEventId: string | undefined;
}

/** The operations of A2A 1.0 §3.1, free of any binding. All throw A2AError. */
export class Operations {
  readonly #runtime: Runtime;
  readonly #correlator: Correlator;

  constructor(runtime: Runtime, correlator: Correlator) {
    this.#runtime = runtime;
    this.#correlator = correlator;
  }

  async sendMessage(call: Call, params: Params): Promise<Task> {
    const configuration = readConfiguration(params);
    const { returnImmediately, historyLength } = configuration;
    const submitted = await this.#submit(call, params, configuration);
    const wait = returnImmediately ? 0 : this.#runtime.settings.waitMs;
    return this.settled(submitted, { wait, timeUp: call.timeUp, historyLength });
  }

  /** Resolves when the task is made, with the stream of what happens to it. */
  async sendStreamingMessage(call: Call, params: Params): Promise<AsyncIterable<PositionedResponse>> {
    const { taskId, log } = await this.#submit(call, params, readConfiguration(params));
    // Of a task that was made just now all is known.
    return this.#stream(call, taskId, log.length > 0 ? log : await logOf(this.#runtime.tasks, taskId));
  }

  async getTask(call: Call, params: Params): Promise<Task> {
    const historyLength = readHistoryLength(params);
    const task = await visibleTask(this.#runtime, readTaskId(params), call);
    return assemble(task, await logOf(this.#runtime.tasks, task.id), { historyLength });
  }

  async subscribeToTask(call: Call, params: Params): Promise<AsyncIterable<PositionedResponse>> {
    const task = await visibleTask(this.#runtime, readTaskId(params), call);
    const from = readLastEventId(call.lastEventId);
    if (isTerminal(task.state) && (from === undefined || from >= task.position)) {
      throw new A2AError('UNSUPPORTED_OPERATION', `Task ${task.id} has ended (${task.state}): get it with GetTask.`);
    }
    const log = await logOf(this.#runtime.tasks, task.id);
    return this.#stream(call, task.id, from === undefined ? log : log.slice(0, Math.max(from, 1)));
  }

  async cancelTask(call: Call, params: Params): Promise<Task> {
    const task = await visibleTask(this.#runtime, readTaskId(params), call);
    const canceled = await endTask(this.#runtime, task, {
      state: 'TASK_STATE_CANCELED',
      reason: 'the client canceled the task',
      traceparent: call.traceparent,
    });
    if (!canceled) throw new A2AError('TASK_NOT_CANCELABLE', `Task ${task.id} has ended already.`);
    return assemble(task, await this.#runtime.tasks.read(task.id, 0));
  }

  /** The task once its turn has ended, or as it stands after `wait` milliseconds or when the time is up. */
  async settled(
    submitted: Submitted,
    { wait, timeUp, historyLength }: Pick<Call, 'timeUp'> & { wait: number; historyLength?: number | undefined },
  ): Promise<Task> {
    const { taskId } = submitted;
    const log =
      wait === 0 ? await logOf(this.#runtime.tasks, taskId) : await this.#correlator.settled(submitted, wait, timeUp);
    return assemble({ id: taskId, contextId: contextOf(log) }, log, { historyLength });
  }

  #submit(call: Call, params: Params, { acceptedOutputModes }: SendConfiguration): Promise<Submitted> {
    const metadata = optionalObject(params, 'metadata');
    return submit(this.#runtime, {
      agent: call.agent,
      principal: call.principal,
      traceparent: call.traceparent,
      message: params.message,
      ...(acceptedOutputModes && { acceptedOutputModes }),
      ...(metadata && { metadata }),
    });
  }

  /** First the task as the log has it, then every change after that. */
  async *#stream(call: Call, taskId: TaskId, log: readonly LogEntry[]): AsyncIterable<PositionedResponse> {
    const position = log.at(-1)?.position ?? 0;
    const contextId = contextOf(log);
    yield { position, response: { task: assemble({ id: taskId, contextId }, log) } satisfies StreamResponse };
    for await (const entries of this.#correlator.follow(taskId, position, call.signal)) {
      yield* entries.map((entry) => positioned(entry, taskId, contextId));
    }
  }
}
