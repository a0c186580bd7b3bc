/** The counters of the mesh. Labels have few values: agents and codes, never ids. */
export const counters = {
  starling_calls_total: { help: 'Calls to agents that were let in.', labels: ['agent', 'method'] },
  starling_call_errors_total: { help: 'Calls answered with an error.', labels: ['agent', 'code'] },
  starling_tasks_ended_total: {
    help: 'Tasks that ended: by their agent, by their client, or at their deadline.',
    labels: ['agent', 'state'],
  },
  starling_agent_attempts_total: { help: 'Deliveries to an agent, retries among them.', labels: ['agent'] },
  starling_agent_retries_total: {
    help: 'Deliveries to an agent that failed and will be tried again.',
    labels: ['agent'],
  },
  starling_dead_letters_total: { help: 'Messages that failed at their last delivery.', labels: ['function'] },
  starling_deadlines_missed_total: { help: 'Tasks ended because their deadline passed.', labels: ['agent'] },
  starling_quarantined_total: { help: 'Events put aside because they broke their contract.', labels: ['function'] },
  starling_undelivered_total: {
    help: 'Events whose message group could not be told, by the rule they matched.',
    labels: ['rule'],
  },
  starling_invocations_failed_total: {
    help: 'Invocations of a function that threw or timed out.',
    labels: ['function'],
  },
  starling_starts_refused_total: {
    help: 'Invocations that could not start because the machine lacks something. Their messages keep their attempts.',
    labels: ['function'],
  },
  starling_connections_refused_total: {
    help: 'Connections that the mesh cut or refused: total, client, address, pipelined, unread.',
    labels: ['why'],
  },
  starling_store_write_failures_total: {
    help: 'Pieces of work that the store could not write, and whose callers were told so.',
    labels: ['reason'],
  },
  starling_store_checkpoint_failures_total: {
    help: 'Times that the write-ahead log could not be moved into the database, which has it grow.',
    labels: ['reason'],
  },
  starling_pruned_total: { help: 'Rows that retention took out of the store.', labels: ['what'] },
  starling_retention_failures_total: { help: 'Passes of retention that failed.', labels: [] },
} as const;

export type CounterName = keyof typeof counters;
type Labels<Name extends CounterName> = Readonly<Record<(typeof counters)[Name]['labels'][number], string>>;

/** The durations of the mesh. Each has buckets in standalone, and all its values on AWS. */
export const histograms = {
  starling_call_duration_seconds: {
    help: 'Seconds from a permitted call to its answer, or to the end of its stream.',
    labels: ['agent', 'method'],
  },
  starling_task_duration_seconds: {
    help: 'Seconds from the creation of a task to its end.',
    labels: ['agent', 'state'],
  },
  starling_queue_wait_seconds: {
    help: 'Seconds that a message waited in the queue of a function, from its sending to its first delivery.',
    labels: ['function'],
  },
} as const;

export type HistogramName = keyof typeof histograms;
type HistogramLabels<Name extends HistogramName> = Readonly<
  Record<(typeof histograms)[Name]['labels'][number], string>
>;

export interface Counters {
  count<Name extends CounterName>(name: Name, labels: Labels<Name>, by?: number): void;
}

export interface Metrics extends Counters {
  /** Notes one duration. Clocks of two machines may differ: a negative duration counts as 0. */
  observe<Name extends HistogramName>(name: Name, labels: HistogramLabels<Name>, seconds: number): void;
}
