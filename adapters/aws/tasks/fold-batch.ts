import type { AgentEvent, Exceeded, LogEntry, Outcome, TaskRecord } from '#shared/ports/task.ts';
import type { Amount } from '#shared/tasks/bounds.ts';
import { fold } from '#shared/tasks/fold.ts';

/** A parked event, and the bytes of its JSON. */
export interface ParkedEvent {
  readonly event: AgentEvent;
  readonly bytes: number;
}

export interface ParkedSlice {
  /** In order. */
  readonly events: readonly ParkedEvent[];
  /** True: more events may follow. */
  readonly isCut: boolean;
}

/** An artifact whose id the task's record has no room for, and the event that began it. */
export interface Began extends Pick<TaskRecord, 'turn' | 'attempt' | 'sequence'> {
  readonly artifactId: string;
}

/** The data that a fold reads from the store. */
export interface FoldReads {
  /** The first parked events of the task's attempt that come after what it has. */
  readonly parked: (task: TaskRecord) => Promise<ParkedSlice>;
  /**
   * The artifacts among these ids that the attempt of the task has begun, with the sequence of the event that began
   * each.
   */
  readonly begun: (task: TaskRecord, artifactIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;
}

/** The result of folding events into their task. */
export interface Folded {
  /** The same object when nothing changed. */
  readonly task: TaskRecord;
  readonly entries: readonly LogEntry[];
  /** The outcome of each given event. */
  readonly outcomes: ReadonlyMap<AgentEvent, Outcome>;
  /** The events to put into quarantine, including events that had been parked. */
  readonly quarantined: readonly { readonly event: AgentEvent; readonly reason: string }[];
  readonly began: readonly Began[];
  /** The parked events that are folded now. */
  readonly unparked: Amount;
  /** True: more parked events may be next. */
  readonly hasMore: boolean;
  /** Set when an event passes a bound of the task. */
  readonly exceeded: Exceeded | undefined;
}

/**
 * Folds events of one task in the order of their places, whatever order they came in. Then folds a slice of the parked
 * events behind them. It reads the parked events when the task has moved, and when a write before may have left the next
 * slice: after a slice (no events are given), and after a crash (an event comes again).
 */
export async function foldBatch(
  before: TaskRecord,
  events: readonly AgentEvent[],
  { parked, begun }: FoldReads,
): Promise<Folded> {
  const outcomes = new Map<AgentEvent, Outcome>();
  const entries: LogEntry[] = [];
  const quarantined: { event: AgentEvent; reason: string }[] = [];
  const began: Began[] = [];
  /** By attempt and id: the sequence of the event that began the artifact. */
  const sequences = new Map<string, number>();
  let unparked: Amount = { events: 0, bytes: 0 };
  let exceeded: Exceeded | undefined;
  let task = before;

  const learn = async (batch: readonly AgentEvent[]) => {
    // Without such artifacts, the record has every id.
    if (task.artifactCount === task.artifacts.length) return;
    const ids = new Set<string>();
    for (const { detailType, data } of batch) {
      if (data.attempt !== task.attempt) continue;
      if (detailType === 'TaskArtifact.v1') ids.add(data.artifact.artifactId);
      else for (const { artifactId } of data.artifacts ?? []) ids.add(artifactId);
    }
    const { attempt } = task;
    for (const [id, sequence] of await begun(task, [...ids])) sequences.set(`${attempt} ${id}`, sequence);
  };
  const step = (event: AgentEvent): Outcome => {
    // A write that lost to another may have kept the id for this very event.
    const isKept = (id: string) => (sequences.get(`${task.attempt} ${id}`) ?? Infinity) < event.data.sequence;
    const outcome = fold(task, event, isKept);
    outcomes.set(event, outcome);
    if (outcome.kind === 'applied') for (const entry of outcome.entries) entries.push(entry);
    if (outcome.kind === 'quarantined') quarantined.push({ event, reason: outcome.reason });
    if (outcome.kind === 'exceeded') exceeded ??= outcome;
    if ('task' in outcome && outcome.task !== undefined) task = outcome.task;
    if (outcome.kind === 'applied') {
      const { turn, attempt, sequence } = task;
      for (const artifactId of outcome.began ?? []) {
        sequences.set(`${attempt} ${artifactId}`, sequence);
        began.push({ artifactId, turn, attempt, sequence });
      }
    }
    return outcome;
  };

  await learn(events);
  const early = events.toSorted(byPlace).filter((event) => step(event).kind === 'parked');
  const comesAgain = events.some((event) => {
    const outcome = outcomes.get(event);
    return outcome?.kind === 'dropped' && outcome.why === 'duplicate';
  });
  let hasMore = false;
  if (exceeded === undefined && (task !== before || events.length === 0 || comesAgain)) {
    const slice = await parked(task);
    await learn(slice.events.map(({ event }) => event));
    // New early events and older parked events may alternate.
    const waiting = [...early.map((event): Waiting => ({ event, bytes: undefined })), ...slice.events];
    hasMore = slice.isCut;
    for (const { event, bytes } of waiting.sort((a, b) => byPlace(a.event, b.event))) {
      const { kind } = step(event);
      if (kind === 'parked' || kind === 'exceeded') {
        hasMore = false;
        break;
      }
      if (bytes !== undefined) unparked = { events: unparked.events + 1, bytes: unparked.bytes + bytes };
    }
    // The end of the task, or a higher attempt, may have come before them.
    for (const event of early) if (outcomes.get(event)?.kind === 'parked') step(event);
  }
  return { task, entries, outcomes, quarantined, began, unparked, hasMore, exceeded };
}

/** Bytes: those of a parked event. Undefined: the event has just come. */
interface Waiting {
  readonly event: AgentEvent;
  readonly bytes: number | undefined;
}

function byPlace({ data: a }: AgentEvent, { data: b }: AgentEvent): number {
  return a.turn - b.turn || a.attempt - b.attempt || a.sequence - b.sequence;
}
