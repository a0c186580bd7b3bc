import type { LambdaHandler } from '#hosts/functions/function.ts';
import type { Poll } from '#hosts/sources/queue-source.ts';
import type { EventStream } from '#shared/ports/event-stream.ts';
import type { Leases } from '#shared/ports/leases.ts';
import type { Queue } from '#shared/ports/queue.ts';
import type { AgentRuntime, Runtime } from '#shared/runtime/runtime.ts';

/** The runtime of a worker: the function's own runtime, and the sources that wake the function. */
export interface WorkerRuntime {
  /** The handler's runtime: an agent gets its part of it, a function of the mesh gets all of it. */
  readonly inner: AgentRuntime | Runtime;
  readonly queue: Queue;
  readonly poll: Poll;
  readonly stream: EventStream;
  /** Leases for streams: only one worker reads a stream. */
  readonly leases: Leases;
  /** Wraps the handler as Lambda's host does: the handler gets complete events. */
  readonly host: (handler: LambdaHandler) => LambdaHandler;
  readonly region: string;
  /** Writes the metrics. */
  readonly flush: () => void;
}
