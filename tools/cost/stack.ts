/**
 * The parts of the packaged template that AWS bills by the month, and the settings that the bill of a call uses. A test
 * compares it with the template.
 */
export const stack = {
  /** MB. An agent has as much as its work needs. The examples have this value. */
  memory: { gateway: 256, authorizer: 256, projector: 256, chunks: 256, sweeper: 256, canary: 256, agent: 512 },
  /** Seconds that API Gateway keeps the authorizer's answer. */
  authorizerCache: 60,
  /** The share of calls that X-Ray records: `traceRate`. */
  traceRate: 0.01,
  /** Event source mappings on queues, and how many of them have a maximum concurrency. */
  queueConsumers: { all: 4, withMaximum: 3 },
  /** The metrics that alarms look at, without the alarm of the event log, which a stage may switch on. */
  alarmMetrics: 72,
  /** Secrets in Secrets Manager: that of the canary. */
  secrets: 1,
  /** Keys of KMS. */
  keys: 1,
  /** Days. */
  archiveRetention: 30,
} as const;
