import { stack } from './stack.ts';

/**
 * What no emulator can tell and no count gives: how long AWS takes, how callers behave. Every figure of docs/cost.md
 * stands on these, and the sample's figures stand on the same ones. Times are milliseconds.
 */

/** Waiting, which costs by the memory of who waits. */
export const latency = {
  /** A request to DynamoDB within the region. */
  dynamodb: 6,
  putEvents: 20,
  putRecords: 15,
  /**
   * From PutEvents to the message in the queue, median. 148 ms to a Lambda function were measured in 2023
   * (bitesizedserverless.com, Serverless Messaging: Latency Compared), 80 ms at p90 are told of 2026 (Amazon Key).
   */
  bus: 100,
  /** From the queue to the function, median; the same source. */
  queue: 16,
  /** From PutRecords to the function, median, polled once a second; the same source. */
  stream: 627,
  /** The sample's proxy to its backend and back: a new TLS connection a call (it makes its HTTP client anew each time). */
  backend: 40,
} as const;

/** CPU of one invocation at a whole vCPU, which Lambda gives at 1,769 MB and in proportion below. */
export const cpu = { gateway: 10, get: 3, projector: 4, chunks: 4, agent: 4, authorizer: 5, proxy: 10 } as const;

export const VCPU_MEMORY = 1769;

/** MB. `agent` is the agent's own function, the same behind Starling and behind the sample. */
export const memory = stack.memory;

/** The sample's, as its Terraform has them. */
export const sampleMemory = { proxy: 1024, authorizer: 256 } as const;

export const traffic = {
  /** Seconds between two calls of a client. */
  clientPause: 3,
  /** Calls for which a client asks for one token: an hour of them. */
  callsPerToken: 5_000,
  /** Chunks a second of an agent that streams, and Kinesis batches a second: Lambda polls a shard once a second. */
  chunksPerSecond: 10,
  chunkBatchesPerSecond: 1,
  /** Part of a function's runs that X-Ray records: its default rule, beyond the first of a second. */
  traced: 0.05,
  /** Bytes of an access log line of API Gateway. */
  accessLine: 340,
  /** Bytes of a task's answer over HTTP, with headers. */
  answer: 1_200,
} as const;

/** How events come to the projector. A system with few calls hands it each alone, a busy one several at once. */
export const deliveries = {
  quiet: { name: 'quiet', eventsPerRun: 1 },
  busy: { name: 'busy', eventsPerRun: 5 },
} as const;

/** Seconds that API Gateway keeps the authorizer's answer: `authorizerCache` of serverless.yml, and the sample's. */
export const authorizerCache = { ours: stack.authorizerCache, sample: 300 } as const;

/** Days that tasks stay before their TTL deletes them, and events in the archive. */
export const retention = { tasks: 14, archive: stack.archiveRetention } as const;

/** Bytes that CloudWatch Logs adds to each line. */
export const LOG_OVERHEAD = 26;

/** Of a Lambda event source mapping on a queue: pollers that ask an empty queue, each for 20 s. */
export const idlePolling = { pollers: 5, seconds: 20 } as const;

export const HOURS_A_MONTH = 730;
