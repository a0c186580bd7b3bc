import { replyMark } from '#shared/a2a/reply-extension.ts';
import type { Artifact, Message, Part, TaskState, TaskStatus } from '#shared/a2a/types.ts';
import type { CloudEvent } from '#shared/events/envelope.ts';
import { parseJson } from '#shared/exact-json.ts';
import type { TaskRequestedV1, Usage } from '#shared/generated/types.ts';
import { uuidv7 } from '#shared/ids.ts';
import { isoTime } from '#shared/iso-time.ts';
import type { AgentRuntime } from '#shared/runtime/runtime.ts';
import { boundReason, passedBound } from '#shared/tasks/bounds.ts';
import { agentFailedText, attemptFailed } from '#shared/tasks/failed-attempt.ts';
import { isTerminal, turnHasEnded } from '#shared/tasks/state.ts';
import type { AttemptClock } from './attempt-clock.ts';
import { TaskFailed } from './errors.ts';
import { outputJson } from './output-json.ts';
import type { ArtifactInit } from './outputs.ts';
import { type Pending, TurnPublisher } from './turn-publisher.ts';
import { TurnResult } from './turn-result.ts';

/** Characters of JSON. Whole artifacts up to this size go over the bus. Larger ones and chunks go over the stream. */
const MAX_ON_BUS = 200_000;
/** With this many unpublished events the handler waits, so that it does not outrun the disk. */
const MAX_PENDING = 64;

/**
 * The events of one turn and attempt, numbered in the order of the agent's work.
 *
 * The event that ends the turn carries the whole artifacts that nobody has seen yet. So a handler that answers at once
 * publishes one event. A handler that streams, or that works for longer than a tick of the event loop, publishes what it
 * has made at each tick, and WORKING before it.
 */
export class Turn {
  readonly #runtime: AgentRuntime;
  readonly #request: CloudEvent<TaskRequestedV1>;
  readonly #attempt: number;
  readonly #publisher: TurnPublisher;
  /** The number of events of each artifact of the attempt. */
  readonly #begun = new Map<string, number>();
  readonly #result = new TurnResult();
  /** Events of the attempt, published and pending. */
  #events = 0;
  /** Bytes of the output of the agent, as JSON. */
  #bytes = 0;
  #artifacts = 0;
  #pending: Pending[] = [];
  #scheduled = false;
  #publishing: Promise<void> | undefined;
  #failure: unknown;
  /** Publishes WORKING when the turn has lasted `workingAfterMs`. The first event that is published clears it. */
  #unsaid: NodeJS.Timeout | undefined;

  /** @param clock tells when the attempt is over */
  constructor(
    runtime: AgentRuntime,
    request: CloudEvent<TaskRequestedV1>,
    attempt: number,
    clock: Pick<AttemptClock, 'signal'>,
  ) {
    this.#runtime = runtime;
    this.#request = request;
    this.#attempt = attempt;
    this.#publisher = new TurnPublisher(runtime, request, attempt, clock.signal);
  }

  /** Publishes WORKING when the turn has lasted for the runtime's `workingAfterMs`. */
  begin(): void {
    this.#unsaid = setTimeout(() => this.#sayWorking(), this.#runtime.settings.workingAfterMs).unref();
  }

  /** Whether the mesh's store had no room for an event of the turn. */
  get foundNoRoom(): boolean {
    return this.#publisher.foundNoRoom;
  }

  /** @throws TaskFailed when the task passes a bound with the text. A task that is full can still end. */
  status(state: TaskState, text?: string): void {
    if (text !== undefined && !isTerminal(state) && !this.#publisher.isClosed) this.#count(Buffer.byteLength(text));
    // The text of an error may be cut anywhere. It must not keep the turn from ending.
    this.#say(state, text === undefined ? undefined : { parts: [{ text: text.toWellFormed() }] });
  }

  /** Completes the task with a message that is the whole answer. */
  reply(parts: readonly [Part, ...Part[]]): void {
    this.#say('TASK_STATE_COMPLETED', { parts: [...parts], metadata: replyMark });
  }

  #say(state: TaskState, said: Pick<Message, 'parts' | 'metadata'> | undefined): void {
    this.#leaveUnsaid();
    if (this.#publisher.isClosed) return;
    const now = this.#runtime.clock.now();
    const message: Message | undefined = said && this.#message(said, now);
    const status: TaskStatus = { state, timestamp: isoTime(now), ...(message && { message }) };
    if (message) this.#publisher.check('TaskStatusChanged.v1', { status });
    const data = turnHasEnded(state) ? { status, ...this.#takeResult() } : { status };
    this.#pending.push({ kind: 'status', data });
    this.#schedule();
  }

  /**
   * Publishes a whole artifact, or with `append` more parts of one. Artifacts without an id are numbered in their order.
   * The artifact is copied, so later changes of its objects have no effect.
   *
   * @throws TaskFailed when the task passes a bound with the artifact; TypeError when JSON cannot carry a value of it
   */
  artifact(init: ArtifactInit, options: { append: boolean; lastChunk: boolean }): void {
    const artifactId = init.artifactId ?? this.nextArtifactId();
    const text = outputJson({ ...init, artifactId });
    if (this.#publisher.isClosed) return;
    const artifact = parseJson(text) as Artifact;
    const append = options.append && this.#begun.has(artifactId);
    const data = { artifact, append, lastChunk: options.lastChunk };
    this.#publisher.check('TaskArtifact.v1', data);
    // A client that gets chunks has seen WORKING before.
    if (options.append || !options.lastChunk) this.#sayWorking();
    this.#begun.set(artifactId, (this.#begun.get(artifactId) ?? 0) + 1);
    const bytes = Buffer.byteLength(text);
    this.#count(bytes);
    this.#result.add(artifact, append, bytes);
    this.#pending.push({ kind: 'artifact', data, streamed: options.append || text.length > MAX_ON_BUS });
    this.#schedule();
  }

  /** Adds to what the turn's language models cost. The event that ends the turn tells the sum. */
  addUsage(usage: Usage): void {
    const status = { state: 'TASK_STATE_COMPLETED', timestamp: isoTime(this.#runtime.clock.now()) } as const;
    this.#publisher.check('TaskStatusChanged.v1', { status, usage });
    this.#result.addUsage(usage);
  }

  /**
   * Publishes why the attempt failed, for operators. `final` also fails the task. Its client learns only that the agent
   * failed, because the error of an agent may contain secrets.
   */
  async fail(error: unknown, final: boolean): Promise<void> {
    const { data } = this.#request;
    const now = this.#runtime.clock.now();
    const failure = attemptFailed(data, { attempt: this.#attempt, final, now }, error);
    if (!final) return this.#publisher.publishFailure(failure);
    this.#pending.push({ kind: 'failure', data: failure });
    this.status('TASK_STATE_FAILED', agentFailedText(data.taskId));
    return this.flush();
  }

  /** The same in every attempt, so that a later attempt replaces what an earlier one had made. */
  nextArtifactId(): string {
    return `artifact-${this.#request.data.turn}-${++this.#artifacts}`;
  }

  /** Whether the handler should wait for `flush` before it makes more. */
  get isFull(): boolean {
    return this.#pending.length >= MAX_PENDING;
  }

  /** Publishes all events so far, and resolves when they are durable. */
  async flush(): Promise<void> {
    while (this.#publishing || this.#pending.length > 0) {
      this.#publishing ??= this.#publish();
      await this.#publishing;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** From now on, nothing that the handler does is published. */
  close(): void {
    this.#leaveUnsaid();
    this.#publisher.close();
    this.#pending = [];
  }

  /**
   * Counts the output of the agent before it is published, so that the agent learns of a bound before its events reach
   * the task. Another attempt would pass the bound too.
   */
  #count(bytes: number): void {
    this.#bytes += bytes;
    // The last place is for the event that ends the turn.
    const position = ++this.#events + 1;
    const bound = passedBound({ position, bytes: this.#bytes, artifactCount: this.#begun.size });
    if (bound !== undefined) throw new TaskFailed(boundReason(bound));
  }

  /** Publishes WORKING before all else, unless a status was published before. */
  #sayWorking(): void {
    if (this.#unsaid === undefined) return;
    this.#leaveUnsaid();
    const status: TaskStatus = { state: 'TASK_STATE_WORKING', timestamp: isoTime(this.#runtime.clock.now()) };
    this.#pending.unshift({ kind: 'status', data: { status } });
    this.#schedule();
  }

  #leaveUnsaid(): void {
    clearTimeout(this.#unsaid);
    this.#unsaid = undefined;
  }

  /**
   * The result for the event that ends the turn. It takes the whole artifacts that are pending right before that event, so
   * that the log has the same order as if each had an event of its own. An artifact that replaces another one keeps its own
   * event: the fold skips ids that it knows.
   */
  #takeResult(): ReturnType<TurnResult['toJson']> {
    const result = this.#result.toJson();
    if (result.artifacts === undefined) return result;
    for (let last = this.#pending.at(-1); last?.kind === 'artifact'; last = this.#pending.at(-1)) {
      const { artifact, lastChunk } = last.data;
      if (last.streamed || !lastChunk || this.#begun.get(artifact.artifactId) !== 1) break;
      this.#pending.pop();
    }
    return result;
  }

  #message(said: Pick<Message, 'parts' | 'metadata'>, now: number): Message {
    const { taskId, contextId } = this.#request.data;
    return { messageId: uuidv7(now), role: 'ROLE_AGENT', ...said, taskId, contextId };
  }

  /** Publishes at the end of this turn of the event loop, unless the handler ends before and flushes itself. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#publishing === undefined && !this.#publisher.isClosed) this.flush().catch(() => {}); // told by the next flush
    });
  }

  async #publish(): Promise<void> {
    try {
      await this.#publisher.publish(this.#takePending());
    } catch (error) {
      this.#failure ??= error;
    } finally {
      this.#publishing = undefined;
    }
  }

  /** The events to publish now. While the turn goes on they are progress, and a client sees WORKING before it. */
  #takePending(): readonly Pending[] {
    this.#sayWorking();
    return this.#pending.splice(0);
  }
}
