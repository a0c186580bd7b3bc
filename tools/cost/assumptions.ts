import { stack } from './stack.ts';

/**
 * The figures that no emulator and no count can give: the times of AWS and the behaviour of callers. All figures of
 * docs/cost.md use these assumptions, for Starling and for the sample. Times are milliseconds.
 */

/** Waiting times. They cost by the memory of the function that waits. */
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
  /** From PutRecords to the function, median, with enhanced fan-out; the same source. */
  fanOut: 49,
  /** The sample's proxy to its backend and back: a new TLS connection a call (it makes its HTTP client anew each time). */
  backend: 40,
} as const;

/**
 * The CPU time of one invocation at a whole vCPU. Lambda gives a whole vCPU at 1,769 MB, and less in proportion to the
 * memory.
 */
export const cpu = { gateway: 10, get: 3, projector: 4, chunks: 4, agent: 4, authorizer: 5, proxy: 10 } as const;

export const VCPU_MEMORY = 1769;

/** MB. `agent` is the function of the agent. It is the same behind Starling and behind the sample. */
export const memory = stack.memory;

/** The values of the sample, from its Terraform. */
export const sampleMemory = { proxy: 1024, authorizer: 256 } as const;

export const traffic = {
  /** Seconds between two calls of a client. */
  clientPause: 3,
  /** The number of calls for which a client asks for one token: the calls of an hour. */
  callsPerToken: 5_000,
  /** Chunks a second of an agent that streams, and batches of Kinesis a second. Lambda polls a shard once a second. */
  chunksPerSecond: 10,
  chunkBatchesPerSecond: 1,
  /** Bytes of an access log line of API Gateway. */
  accessLine: 340,
  /** Bytes of a task's answer over HTTP, with headers. */
  answer: 1_200,
} as const;

/**
 * The way of events to the projector. With few calls, it gets each event alone. With many calls, it gets several at
 * once.
 */
export const deliveries = {
  quiet: { name: 'quiet', eventsPerRun: 1 },
  busy: { name: 'busy', eventsPerRun: 5 },
} as const;

/**
 * The seconds for which API Gateway keeps the answer of the authorizer: `authorizerCache` of serverless.yml, and the
 * sample's value.
 */
export const authorizerCache = { ours: stack.authorizerCache, sample: 300 } as const;

/** The days after which the TTL deletes tasks, and the days for which the archive keeps events. */
export const retention = { tasks: 14, archive: stack.archiveRetention } as const;

/** Bytes that CloudWatch Logs adds to each line. */
export const LOG_OVERHEAD = 26;

/**
 * The pollers of a Lambda event source mapping on an empty queue. Each asks for 20 s. Without a maximum concurrency, Lambda goes
 * down to 2: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const idlePolling = { pollers: 2, pollersOfMaximum: 5, seconds: 20 } as const;

export const HOURS_A_MONTH = 730;
