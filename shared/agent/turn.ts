import type { Artifact, Message, TaskState, TaskStatus } from '#shared/a2a/types.ts';
import { type EventCatalog, schemaFor } from '#shared/events/catalog.ts';
import type { CloudEvent } from '#shared/events/envelope.ts';
import { causedBy, childTraceparent } from '#shared/events/envelope.ts';
import { InvalidEventError } from '#shared/events/publisher.ts';
import { parseJson } from '#shared/exact-json.ts';
import type {
  TaskArtifactV1,
  TaskAttemptFailedV1,
  TaskRequestedV1,
  TaskStatusChangedV1,
  Usage,
} from '#shared/generated/types.ts';
import { uuidv7 } from '#shared/ids.ts';
import { isoTime } from '#shared/iso-time.ts';
import { isStoreUnavailable } from '#shared/ports/errors.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { OutgoingRecord } from '#shared/ports/event-stream.ts';
import type { AgentRuntime } from '#shared/runtime/runtime.ts';
import { sleep } from '#shared/sleep.ts';
import { boundReason, passedBound } from '#shared/tasks/bounds.ts';
import { agentFailedText, attemptFailed } from '#shared/tasks/failed-attempt.ts';
import { isTerminal, turnHasEnded } from '#shared/tasks/state.ts';
import type { AttemptClock } from './attempt-clock.ts';
import { TaskFailed } from './errors.ts';
import { outputJson } from './output-json.ts';
import type { ArtifactInit } from './outputs.ts';
import { TurnResult } from './turn-result.ts';

/** Characters of JSON. Whole artifacts up to this size go over the bus. Larger ones and chunks go over the stream. */
const MAX_ON_BUS = 200_000;
/** With this many unpublished events the handler waits, so that it does not outrun the disk. */
const MAX_PENDING = 64;
/** Pause before events are put again that the store had no room for. */
const NO_ROOM_PAUSE_MS = 1_000;

/** An event that is not published yet. It gets its place in the order when it is. */
type Pending =
  | { readonly kind: 'status'; readonly data: Omit<TaskStatusChangedV1, keyof Coordinates> }
  | {
      readonly kind: 'artifact';
      readonly data: Omit<TaskArtifactV1, keyof Coordinates>;
      /** Whether the event goes over the stream. */
      readonly streamed: boolean;
    }
  /** For operators. It has no place in the order. */
  | { readonly kind: 'failure'; readonly data: TaskAttemptFailedV1 };

type Coordinates = Pick<TaskArtifactV1, 'taskId' | 'contextId' | 'agentId' | 'turn' | 'attempt' | 'sequence'>;

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
  readonly #clock: Pick<AttemptClock, 'signal'>;
  readonly #source: string;
  readonly #traceparent: string;
  /** The number of events of each artifact of the attempt. */
  readonly #begun = new Map<string, number>();
  readonly #result = new TurnResult();
  /** Events of the attempt, published and pending. */
  #events = 0;
  #sequence = 0;
  /** Bytes of the output of the agent, as JSON. */
  #bytes = 0;
  #artifacts = 0;
  #pending: Pending[] = [];
  #scheduled = false;
  #publishing: Promise<void> | undefined;
  #failure: unknown;
  /** Publishes WORKING when the turn has lasted `workingAfterMs`. The first event that is published clears it. */
  #unsaid: NodeJS.Timeout | undefined;
  #closed = false;
  #foundNoRoom = false;

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
    this.#clock = clock;
    this.#source = `starling.agents.${request.data.agentId}`;
    this.#traceparent = childTraceparent(request.traceparent);
  }

  /** Publishes WORKING when the turn has lasted for the runtime's `workingAfterMs`. */
  begin(): void {
    this.#unsaid = setTimeout(() => this.#sayWorking(), this.#runtime.settings.workingAfterMs).unref();
  }

  /** Whether the mesh's store had no room for an event of the turn. */
  get foundNoRoom(): boolean {
    return this.#foundNoRoom;
  }

  /** @throws TaskFailed when the task passes a bound with the text. A task that is full can still end. */
  status(state: TaskState, text?: string): void {
    this.#leaveUnsaid();
    if (this.#closed) return;
    if (text !== undefined && !isTerminal(state)) this.#count(Buffer.byteLength(text));
    const now = this.#runtime.clock.now();
    const message: Message | undefined = text === undefined ? undefined : this.#message(text, now);
    const status: TaskStatus = { state, timestamp: isoTime(now), ...(message && { message }) };
    if (message) this.#check('TaskStatusChanged.v1', { ...this.#coordinates(), status });
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
    if (this.#closed) return;
    const artifact = parseJson(text) as Artifact;
    const append = options.append && this.#begun.has(artifactId);
    const data = { artifact, append, lastChunk: options.lastChunk };
    this.#check('TaskArtifact.v1', { ...this.#coordinates(), ...data });
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
    this.#check('TaskStatusChanged.v1', { ...this.#coordinates(), status, usage });
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
    if (!final) return this.#runtime.publisher.publish([this.#prepare('TaskAttemptFailed.v1', failure)]);
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
    this.#closed = true;
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

  /** The coordinates of the next event. Only a prepared event advances them, because a gap would hold up all later events. */
  #coordinates() {
    const { taskId, contextId, agentId, turn } = this.#request.data;
    return { taskId, contextId, agentId, turn, attempt: this.#attempt, sequence: this.#sequence + 1 };
  }

  #message(text: string, now: number): Message {
    const { taskId, contextId } = this.#request.data;
    // The text of an error may be cut anywhere. It must not keep the turn from ending.
    return { messageId: uuidv7(now), role: 'ROLE_AGENT', parts: [{ text: text.toWellFormed() }], taskId, contextId };
  }

  /** Refuses the agent's output where the agent gives it, and not when it is published. */
  #check<Name extends 'TaskStatusChanged.v1' | 'TaskArtifact.v1'>(type: Name, data: EventCatalog[Name]): void {
    const problem = schemaFor(this.#source, type)?.validate(data);
    if (problem !== undefined) throw new InvalidEventError(this.#source, type, problem);
  }

  #prepare<Name extends 'TaskStatusChanged.v1' | 'TaskArtifact.v1' | 'TaskAttemptFailed.v1'>(
    type: Name,
    data: EventCatalog[Name],
  ): BusEntry {
    return this.#runtime.publisher.prepare(type, data, {
      ...causedBy(this.#request),
      source: this.#source,
      subject: this.#request.data.taskId,
      traceparent: this.#traceparent,
    });
  }

  /** The event with its place in the order, and where it goes. */
  #prepared(pending: Pending): { readonly entry: BusEntry; readonly streamed: boolean } {
    if (pending.kind === 'failure')
      return { entry: this.#prepare('TaskAttemptFailed.v1', pending.data), streamed: false };
    const prepared =
      pending.kind === 'status'
        ? { entry: this.#prepare('TaskStatusChanged.v1', { ...this.#coordinates(), ...pending.data }), streamed: false }
        : {
            entry: this.#prepare('TaskArtifact.v1', { ...this.#coordinates(), ...pending.data }),
            streamed: pending.streamed,
          };
    this.#sequence++;
    return prepared;
  }

  /** A record of the stream is the event's CloudEvent; the key keeps a task's chunks in order. */
  #record({ detail }: BusEntry): OutgoingRecord {
    return { partitionKey: this.#request.data.taskId, data: Buffer.from(JSON.stringify(detail)) };
  }

  /** Publishes at the end of this turn of the event loop, unless the handler ends before and flushes itself. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#publishing === undefined && !this.#closed) this.flush().catch(() => {}); // told by the next flush
    });
  }

  async #publish(): Promise<void> {
    try {
      const entries: BusEntry[] = [];
      const records: OutgoingRecord[] = [];
      for (const pending of this.#takePending()) {
        const { entry, streamed } = this.#prepared(pending);
        if (streamed) records.push(this.#record(entry));
        else entries.push(entry);
      }
      for (let put = false; !put; ) {
        try {
          await Promise.all([
            entries.length > 0 && this.#runtime.publisher.publish(entries),
            records.length > 0 && this.#runtime.stream.put(this.#runtime.settings.artifactStream, records),
          ]);
          put = true;
        } catch (error) {
          await this.#waitForRoom(error);
        }
      }
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

  /**
   * A full disk must not lose work that is done: the events are put again until the attempt is over. An event that is put
   * twice is recognized by its turn, attempt and sequence.
   *
   * @throws the error itself, when another try is useless
   */
  async #waitForRoom(error: unknown): Promise<void> {
    if (!isStoreUnavailable(error)) throw error;
    this.#foundNoRoom = true;
    if (this.#clock.signal.aborted) throw error;
    await sleep(NO_ROOM_PAUSE_MS, this.#clock.signal);
    if (this.#closed) throw error;
  }
}
