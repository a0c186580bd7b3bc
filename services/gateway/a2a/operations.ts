import { A2AError, taskNotFound } from '#shared/a2a/errors.ts';
import type { Task } from '#shared/a2a/types.ts';
import { startingWith } from '#shared/async-iterables.ts';
import type { TaskId } from '#shared/ids.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { assemble } from '#shared/tasks/assemble.ts';
import type { Correlator } from '#shared/tasks/correlator.ts';
import { endTask } from '#shared/tasks/end-task.ts';
import { contextOf, logOf } from '#shared/tasks/log.ts';
import { endsTurn, isTerminal } from '#shared/tasks/state.ts';
import { type Submission, type Submitted, submit } from '#shared/tasks/submit.ts';
import { visibleTask } from '#shared/tasks/visible-task.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import { LargeReads } from './large-reads.ts';
import { listTasks, type TaskList } from './list-tasks.ts';
import {
  optionalObject,
  type Params,
  readConfiguration,
  readHistoryLength,
  readLastEventId,
  readTaskId,
  type SendConfiguration,
} from './params.ts';
import { replyIn } from './reply.ts';
import { seenLog } from './seen-log.ts';
import { type PositionedResponse, taskResponses } from './stream-responses.ts';

/** A stream of an agent that may reply begins after the reply, or after this time with the task. */
const REPLY_HOLD_MS = 1_000;

/** The operations of A2A 1.0 §3.1. They depend on no binding. All throw A2AError. */
export class Operations {
  readonly #runtime: Runtime;
  readonly #correlator: Correlator;
  readonly #large = new LargeReads();

  constructor(runtime: Runtime, correlator: Correlator) {
    this.#runtime = runtime;
    this.#correlator = correlator;
  }

  async sendMessage(call: Call, params: Params): Promise<Answer> {
    const configuration = readConfiguration(params);
    const { returnImmediately, historyLength } = configuration;
    const waitMs = returnImmediately ? 0 : this.#runtime.settings.waitMs;
    const submitted = await this.#submit(call, params, { ...configuration, isFollowed: waitMs > 0 });
    const { taskId } = submitted;
    const log = await this.#settledLog(submitted, { waitMs, timeUp: call.timeUp });
    const message = call.agent.replies && !returnImmediately ? replyIn(log) : undefined;
    if (message) return { kind: 'message', message, taskId };
    return { kind: 'sent', task: assemble({ id: taskId, contextId: contextOf(log) }, log, { historyLength }) };
  }

  /** Resolves when the task exists, with the stream of its changes. */
  async sendStreamingMessage(call: Call, params: Params): Promise<AsyncIterable<PositionedResponse>> {
    const submitted = await this.#submit(call, params, { ...readConfiguration(params), isFollowed: true });
    const { taskId, log } = submitted;
    if (call.agent.replies) {
      const held = await this.#settledLog(submitted, { waitMs: REPLY_HOLD_MS, timeUp: call.timeUp });
      const message = replyIn(held);
      const position = held.at(-1)?.position ?? 0;
      if (message) return startingWith({ position, response: { message } }, []);
    }
    return this.#stream(call, taskId, log, { ended: endsTurn(log.at(-1)) });
  }

  async getTask(call: Call, params: Params): Promise<Task> {
    const historyLength = readHistoryLength(params);
    const task = await visibleTask(this.#runtime.tasks, readTaskId(params), call);
    return this.#large.run(task.bytes, async () => {
      // Earlier reads may have filled what the client gets.
      call.allowance?.admit();
      return assemble(task, await logOf(this.#runtime.tasks, task.id), { historyLength });
    });
  }

  listTasks(call: Call, params: Params): Promise<TaskList> {
    return listTasks({ runtime: this.#runtime, large: this.#large }, call, params);
  }

  async subscribeToTask(call: Call, params: Params): Promise<AsyncIterable<PositionedResponse>> {
    const task = await visibleTask(this.#runtime.tasks, readTaskId(params), call);
    const from = readLastEventId(call.lastEventId);
    if (isTerminal(task.state) && (from === undefined || from >= task.position)) {
      throw new A2AError('UNSUPPORTED_OPERATION', `Task ${task.id} has ended (${task.state}): get it with GetTask.`);
    }
    const { tasks, settings } = this.#runtime;
    return this.#large.run(task.bytes, async () => {
      call.allowance?.admit();
      const log = await seenLog(tasks, task, { from, maxBytes: settings.maxAnswerBytes });
      if (log === undefined) throw taskNotFound(task.id);
      return this.#stream(call, task.id, log.seen, { ended: log.ended });
    });
  }

  async cancelTask(call: Call, params: Params): Promise<Task> {
    const task = await visibleTask(this.#runtime.tasks, readTaskId(params), call);
    const canceled = await endTask(this.#runtime, task, {
      state: 'TASK_STATE_CANCELED',
      reason: 'the client canceled the task',
      traceparent: call.traceparent,
      principal: call.principal,
    });
    if (!canceled) throw new A2AError('TASK_NOT_CANCELABLE', `Task ${task.id} has ended already.`);
    return assemble(task, await logOf(this.#runtime.tasks, task.id));
  }

  /** The task once its turn has ended. After `waitMs`, or when the host's time is up: the task in its current state. */
  async settled(submitted: Submitted, wait: Pick<Call, 'timeUp'> & { readonly waitMs: number }): Promise<Task> {
    const log = await this.#settledLog(submitted, wait);
    return assemble({ id: submitted.taskId, contextId: contextOf(log) }, log);
  }

  #settledLog(
    submitted: Submitted,
    wait: Pick<Call, 'timeUp'> & { readonly waitMs: number },
  ): Promise<readonly LogEntry[]> {
    // The log that the submission has is the task as it was a moment ago.
    if (wait.waitMs === 0) return Promise.resolve(submitted.log);
    return this.#correlator.settled(submitted, wait);
  }

  #submit(
    call: Call,
    params: Params,
    { acceptedOutputModes, isFollowed }: SendConfiguration & Pick<Submission, 'isFollowed'>,
  ): Promise<Submitted> {
    const metadata = optionalObject(params, 'metadata');
    return submit(this.#runtime, {
      agent: call.agent,
      principal: call.principal,
      traceparent: call.traceparent,
      idempotencyKey: call.idempotencyKey,
      message: params.message,
      isFollowed: isFollowed ?? false,
      ...(acceptedOutputModes && { acceptedOutputModes }),
      ...(metadata && { metadata }),
    });
  }

  #stream(
    { signal }: Call,
    taskId: TaskId,
    log: readonly LogEntry[],
    { ended }: { readonly ended: boolean },
  ): AsyncIterable<PositionedResponse> {
    return taskResponses(this.#correlator, taskId, log, { ended, signal });
  }
}
