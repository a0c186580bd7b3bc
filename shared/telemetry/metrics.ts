/** The counters of the mesh. Labels have few values: agents and codes, never ids. */
export const counters = {
  starling_calls_total: { labels: ['agent', 'method'] },
  starling_call_errors_total: { labels: ['agent', 'code'] },
  starling_tasks_ended_total: { labels: ['agent', 'state'] },
  starling_agent_attempts_total: { labels: ['agent'] },
  starling_agent_retries_total: { labels: ['agent'] },
  starling_dead_letters_total: { labels: ['function'] },
  starling_deadlines_missed_total: { labels: ['agent'] },
  starling_quarantined_total: { labels: ['function'] },
  starling_undelivered_total: { labels: ['rule'] },
  starling_invocations_failed_total: { labels: ['function'] },
  starling_authorizer_failures_total: { labels: [] },
  starling_starts_refused_total: { labels: ['function'] },
  starling_connections_refused_total: { labels: ['why'] },
  starling_store_write_failures_total: { labels: ['reason'] },
  starling_store_checkpoint_failures_total: { labels: ['reason'] },
  starling_pruned_total: { labels: ['what'] },
  starling_retention_failures_total: { labels: [] },
} as const;

export type CounterName = keyof typeof counters;
type Labels<Name extends CounterName> = Readonly<Record<(typeof counters)[Name]['labels'][number], string>>;

/** The durations of the mesh. Each has buckets in standalone, and all its values on AWS. */
export const histograms = {
  starling_call_duration_seconds: { labels: ['agent', 'method'] },
  starling_task_duration_seconds: { labels: ['agent', 'state'] },
  starling_queue_wait_seconds: { labels: ['function'] },
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
