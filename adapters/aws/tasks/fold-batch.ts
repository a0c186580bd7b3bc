import type { AgentEvent, LogEntry, Outcome, TaskRecord } from '#shared/ports/task.ts';
import { fold } from '#shared/tasks/fold.ts';
import { merged } from './merge.ts';

/** The result of folding events into their task. */
export interface Folded {
  /** The same object when nothing changed. */
  readonly task: TaskRecord;
  readonly entries: readonly LogEntry[];
  /** The outcome of each given event. */
  readonly outcomes: ReadonlyMap<AgentEvent, Outcome>;
  /** The events to put into quarantine, including events that had been parked. */
  readonly quarantined: readonly { readonly event: AgentEvent; readonly reason: string }[];
}

/**
 * Folds events of one task in the order of their places, whatever order they came in. Then folds the parked events
 * behind them. `parked` returns those in order, and is called only when the task has moved.
 */
export async function foldBatch(
  before: TaskRecord,
  events: readonly AgentEvent[],
  parked: (task: TaskRecord) => AsyncIterable<AgentEvent>,
): Promise<Folded> {
  const outcomes = new Map<AgentEvent, Outcome>();
  const entries: LogEntry[] = [];
  const quarantined: { event: AgentEvent; reason: string }[] = [];
  let task = before;
  const step = (event: AgentEvent): Outcome => {
    const outcome = fold(task, event);
    outcomes.set(event, outcome);
    if (outcome.kind === 'applied') entries.push(outcome.entry);
    if (outcome.kind === 'quarantined') quarantined.push({ event, reason: outcome.reason });
    if ('task' in outcome && outcome.task !== undefined) task = outcome.task;
    return outcome;
  };
  const early = events.toSorted(byPlace).filter((event) => step(event).kind === 'parked');
  if (task !== before) {
    // New early events and older parked events may alternate.
    for await (const event of merged([inTurn(early), parked(task)], byPlace)) {
      if (step(event).kind === 'parked') break;
    }
    // The end of the task, or a higher attempt, may have come before them.
    for (const event of early) if (outcomes.get(event)?.kind === 'parked') step(event);
  }
  return { task, entries, outcomes, quarantined };
}

async function* inTurn<Item>(items: readonly Item[]): AsyncIterable<Item> {
  yield* items;
}

function byPlace({ data: a }: AgentEvent, { data: b }: AgentEvent): number {
  return a.turn - b.turn || a.attempt - b.attempt || a.sequence - b.sequence;
}
