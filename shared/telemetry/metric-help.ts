import type { CounterName, HistogramName } from './metrics.ts';

/**
 * The description of each metric, for Prometheus. It is a file of its own, because functions on AWS need no such texts.
 */
export const metricHelp: { readonly [Name in CounterName | HistogramName]: string } = {
  starling_calls_total: 'Calls to agents that were let in.',
  starling_call_errors_total: 'Calls answered with an error.',
  starling_tasks_ended_total: 'Tasks that ended: by their agent, by their client, or at their deadline.',
  starling_agent_attempts_total: 'Deliveries to an agent, retries among them.',
  starling_agent_retries_total: 'Deliveries to an agent that failed and will be tried again.',
  starling_dead_letters_total: 'Messages that failed at their last delivery.',
  starling_deadlines_missed_total: 'Tasks ended because their deadline passed.',
  starling_quarantined_total: 'Events put aside because they broke their contract.',
  starling_undelivered_total: 'Events whose message group could not be told, by the rule they matched.',
  starling_invocations_failed_total: 'Invocations of a function that threw or timed out.',
  starling_authorizer_failures_total: 'Calls that the authorizer could neither let in nor refuse.',
  starling_starts_refused_total:
    'Invocations that could not start because the machine lacks something. Their messages keep their attempts.',
  starling_connections_refused_total:
    'Connections that the mesh cut or refused: total, client, address, pipelined, unread.',
  starling_store_write_failures_total: 'Pieces of work that the store could not write, and whose callers were told so.',
  starling_store_checkpoint_failures_total:
    'Times that the write-ahead log could not be moved into the database, which has it grow.',
  starling_pruned_total: 'Rows that retention took out of the store.',
  starling_retention_failures_total: 'Passes of retention that failed.',
  starling_call_duration_seconds: 'Seconds from a permitted call to its answer, or to the end of its stream.',
  starling_task_duration_seconds: 'Seconds from the creation of a task to its end.',
  starling_queue_wait_seconds:
    'Seconds that a message waited in the queue of a function, from its sending to its first delivery.',
};
