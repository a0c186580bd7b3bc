import type { Artifact, Message, TaskState } from '#shared/a2a/types.ts';
import type { EventCatalog } from '#shared/events/catalog.ts';
import type { CloudEvent } from '#shared/events/envelope.ts';
import { causedBy, childTraceparent } from '#shared/events/envelope.ts';
import { parseJson } from '#shared/exact-json.ts';
import type { TaskRequestedV1 } from '#shared/generated/types.ts';
import { uuidv7 } from '#shared/ids.ts';
import { isoTime } from '#shared/iso-time.ts';
import { isStoreUnavailable } from '#shared/ports/errors.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { OutgoingRecord } from '#shared/ports/event-stream.ts';
import type { AgentRuntime } from '#shared/runtime/runtime.ts';
import { sleep } from '#shared/sleep.ts';
import { boundReason, passedBound } from '#shared/tasks/bounds.ts';
import { agentFailedText, attemptFailed } from '#shared/tasks/failed-attempt.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import type { AttemptClock } from './attempt-clock.ts';
import { TaskFailed } from './errors.ts';
import { outputJson } from './output-json.ts';
import type { ArtifactInit } from './outputs.ts';

/** Characters of JSON. Whole artifacts up to this size go over the bus. Larger ones and chunks go over the stream. */
const MAX_ON_BUS = 200_000;
/** With this many unpublished events the handler waits, so that it does not outrun the disk. */
const MAX_PENDING = 64;
/** Pause before events are put again that the store had no room for. */
const NO_ROOM_PAUSE_MS = 1_000;

/**
 * The events of one turn and attempt, numbered in the order of the agent's work.
 *
 * Events are published in batches, when the handler ends or waits. A handler that answers at once costs one batch for
 * working, artifact and completed. A slow handler streams.
 */
export class Turn {
  readonly #runtime: AgentRuntime;
  readonly #request: CloudEvent<TaskRequestedV1>;
  readonly #attempt: number;
  readonly #clock: Pick<AttemptClock, 'signal'>;
  readonly #source: string;
  readonly #traceparent: string;
  readonly #begun = new Set<string>();
  #sequence = 0;
  /** Bytes of what the agent made, as JSON. */
  #bytes = 0;
  #artifacts = 0;
  #entries: BusEntry[] = [];
  #records: OutgoingRecord[] = [];
  #scheduled = false;
  #publishing: Promise<void> | undefined;
  #failure: unknown;
  /** Publishes WORKING when the turn has lasted `workingAfterMs`. The first status clears it. */
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

  /**
   * Publishes WORKING: at once, or when the turn has lasted for the runtime's `workingAfterMs`. A turn that ends earlier
   * publishes only its end.
   */
  begin(): void {
    const { workingAfterMs } = this.#runtime.settings;
    if (workingAfterMs === 0) this.status('TASK_STATE_WORKING');
    else this.#unsaid = setTimeout(() => this.#say(), workingAfterMs).unref();
  }

  /** Whether the mesh's store had no room for an event of the turn. */
  get foundNoRoom(): boolean {
    return this.#foundNoRoom;
  }

  /** @throws TaskFailed when the task passes a bound with the text. A task that is full can still end. */
  status(state: TaskState, text?: string): void {
    this.#leaveUnsaid();
    if (text !== undefined && !isTerminal(state)) this.#count(Buffer.byteLength(text));
    const now = this.#runtime.clock.now();
    const message: Message | undefined = text === undefined ? undefined : this.#message(text, now);
    const status = { state, timestamp: isoTime(now), ...(message && { message }) };
    if (this.#closed) return;
    this.#entries.push(this.#prepare('TaskStatusChanged.v1', { ...this.#place(), status }));
    this.#made();
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
    const append = options.append && this.#begun.has(artifactId);
    if (this.#closed) return;
    this.#count(Buffer.byteLength(text), artifactId);
    const artifact = parseJson(text) as Artifact;
    // A client that gets chunks has seen WORKING before.
    if (options.append || !options.lastChunk) this.#say();
    const entry = this.#prepare('TaskArtifact.v1', {
      ...this.#place(),
      artifact,
      append,
      lastChunk: options.lastChunk,
    });
    if (options.append || text.length > MAX_ON_BUS) this.#records.push(this.#record(entry));
    else this.#entries.push(entry);
    this.#made();
  }

  /**
   * Publishes why the attempt failed, for operators. `final` also fails the task. Its client learns only that the agent
   * failed, because the error of an agent may contain secrets.
   */
  async fail(error: unknown, final: boolean): Promise<void> {
    const { data } = this.#request;
    const now = this.#runtime.clock.now();
    const failure = this.#prepare(
      'TaskAttemptFailed.v1',
      attemptFailed(data, { attempt: this.#attempt, final, now }, error),
    );
    if (!final) return this.#runtime.publisher.publish([failure]);
    this.#entries.push(failure);
    this.status('TASK_STATE_FAILED', agentFailedText(data.taskId));
    return this.flush();
  }

  /** The same in every attempt, so that a later attempt replaces what an earlier one had made. */
  nextArtifactId(): string {
    return `artifact-${this.#request.data.turn}-${++this.#artifacts}`;
  }

  /** Whether the handler should wait for `flush` before it makes more. */
  get isFull(): boolean {
    return this.#entries.length + this.#records.length >= MAX_PENDING;
  }

  /** Publishes all events so far, and resolves when they are durable. */
  async flush(): Promise<void> {
    while (this.#publishing || this.#entries.length + this.#records.length > 0) {
      this.#publishing ??= this.#publish();
      await this.#publishing;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** From now on, nothing that the handler does is published. */
  close(): void {
    this.#leaveUnsaid();
    this.#closed = true;
    this.#entries = [];
    this.#records = [];
  }

  /**
   * Counts what the agent is about to publish. An agent learns of a bound here, before its events reach the task. Another
   * attempt would pass the bound too.
   */
  #count(bytes: number, artifactId?: string): void {
    this.#bytes += bytes;
    if (artifactId !== undefined) this.#begun.add(artifactId);
    // The last place is for the event that ends the turn.
    const position = this.#sequence + 2;
    const bound = passedBound({ position, bytes: this.#bytes, artifactCount: this.#begun.size });
    if (bound !== undefined) throw new TaskFailed(boundReason(bound));
  }

  /** Publishes WORKING, unless a status was published before. */
  #say(): void {
    if (this.#unsaid !== undefined) this.status('TASK_STATE_WORKING');
  }

  #leaveUnsaid(): void {
    clearTimeout(this.#unsaid);
    this.#unsaid = undefined;
  }

  /** The coordinates of the next event. Only `#made` advances them, because a gap would hold up all later events. */
  #place() {
    const { taskId, contextId, agentId, turn } = this.#request.data;
    return { taskId, contextId, agentId, turn, attempt: this.#attempt, sequence: this.#sequence + 1 };
  }

  #made(): void {
    this.#sequence++;
    this.#schedule();
  }

  #message(text: string, now: number): Message {
    const { taskId, contextId } = this.#request.data;
    // The text of an error may be cut anywhere. It must not keep the turn from ending.
    return { messageId: uuidv7(now), role: 'ROLE_AGENT', parts: [{ text: text.toWellFormed() }], taskId, contextId };
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
    const entries = this.#entries;
    const records = this.#records;
    this.#entries = [];
    this.#records = [];
    try {
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
