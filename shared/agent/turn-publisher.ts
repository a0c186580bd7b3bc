import { type EventCatalog, schemaFor } from '#shared/events/catalog.ts';
import { type CloudEvent, causedBy, childTraceparent } from '#shared/events/envelope.ts';
import { InvalidEventError } from '#shared/events/publisher.ts';
import type {
  TaskArtifactV1,
  TaskAttemptFailedV1,
  TaskRequestedV1,
  TaskStatusChangedV1,
} from '#shared/generated/types.ts';
import { isStoreUnavailable } from '#shared/ports/errors.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { OutgoingRecord } from '#shared/ports/event-stream.ts';
import type { AgentRuntime } from '#shared/runtime/runtime.ts';
import { sleep } from '#shared/sleep.ts';

/** Pause before events are put again that the store had no room for. */
const NO_ROOM_PAUSE_MS = 1_000;

/** An event that is not published yet. It gets its place in the order when it is. */
export type Pending =
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

/** Numbers the events of one turn and attempt, and puts them on the bus or on the stream. */
export class TurnPublisher {
  readonly #runtime: AgentRuntime;
  readonly #request: CloudEvent<TaskRequestedV1>;
  readonly #attempt: number;
  readonly #signal: AbortSignal;
  readonly #source: string;
  readonly #traceparent: string;
  #sequence = 0;
  #closed = false;
  #foundNoRoom = false;

  /** @param signal aborts when the attempt is over */
  constructor(runtime: AgentRuntime, request: CloudEvent<TaskRequestedV1>, attempt: number, signal: AbortSignal) {
    this.#runtime = runtime;
    this.#request = request;
    this.#attempt = attempt;
    this.#signal = signal;
    this.#source = `starling.agents.${request.data.agentId}`;
    this.#traceparent = childTraceparent(request.traceparent);
  }

  /** Whether the mesh's store had no room for an event of the turn. */
  get foundNoRoom(): boolean {
    return this.#foundNoRoom;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** From now on, events that the store has no room for are not put again. */
  close(): void {
    this.#closed = true;
  }

  /**
   * Refuses the agent's output where the agent gives it, and not when it is published.
   *
   * @throws InvalidEventError
   */
  check<Name extends 'TaskStatusChanged.v1' | 'TaskArtifact.v1'>(
    type: Name,
    data: Omit<EventCatalog[Name], keyof Coordinates>,
  ): void {
    const problem = schemaFor(this.#source, type)?.validate({ ...this.#coordinates(), ...data });
    if (problem !== undefined) throw new InvalidEventError(this.#source, type, problem);
  }

  /** Publishes the cause of a failed attempt. It has no place in the order. */
  publishFailure(failure: TaskAttemptFailedV1): Promise<void> {
    return this.#runtime.publisher.publish([this.#prepare('TaskAttemptFailed.v1', failure)]);
  }

  /** Resolves when the events are durable. */
  async publish(events: readonly Pending[]): Promise<void> {
    const entries: BusEntry[] = [];
    const records: OutgoingRecord[] = [];
    for (const pending of events) {
      const entry = this.#entryOf(pending);
      if (pending.kind === 'artifact' && pending.streamed) records.push(this.#record(entry));
      else entries.push(entry);
    }
    for (;;) {
      try {
        await Promise.all([
          entries.length > 0 && this.#runtime.publisher.publish(entries),
          records.length > 0 && this.#runtime.stream.put(this.#runtime.settings.artifactStream, records),
        ]);
        return;
      } catch (error) {
        await this.#waitForRoom(error);
      }
    }
  }

  /** The coordinates of the next event. Only a prepared event advances them, because a gap would hold up all later events. */
  #coordinates(): Coordinates {
    const { taskId, contextId, agentId, turn } = this.#request.data;
    return { taskId, contextId, agentId, turn, attempt: this.#attempt, sequence: this.#sequence + 1 };
  }

  #entryOf(pending: Pending): BusEntry {
    if (pending.kind === 'failure') return this.#prepare('TaskAttemptFailed.v1', pending.data);
    const entry =
      pending.kind === 'status'
        ? this.#prepare('TaskStatusChanged.v1', { ...this.#coordinates(), ...pending.data })
        : this.#prepare('TaskArtifact.v1', { ...this.#coordinates(), ...pending.data });
    this.#sequence++;
    return entry;
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

  /**
   * A full disk must not lose work that is done: the events are put again until the attempt is over. An event that is put
   * twice is recognized by its turn, attempt and sequence.
   *
   * @throws the error itself, when another try is useless
   */
  async #waitForRoom(error: unknown): Promise<void> {
    if (!isStoreUnavailable(error)) throw error;
    this.#foundNoRoom = true;
    if (this.#signal.aborted) throw error;
    await sleep(NO_ROOM_PAUSE_MS, this.#signal);
    if (this.#closed) throw error;
  }
}
