import type { LambdaHandler } from '#hosts/functions/function.ts';
import type { Poll } from '#hosts/sources/queue-source.ts';
import type { EventStream } from '#shared/ports/event-stream.ts';
import type { Leases } from '#shared/ports/leases.ts';
import type { Queue } from '#shared/ports/queue.ts';
import type { AgentRuntime, Runtime } from '#shared/runtime/runtime.ts';

/** What a worker stands on: a function's own runtime, and what wakes the function. */
export interface WorkerRuntime {
  /** What the handler asks for: an agent's part of the runtime, or for a function of the mesh all of it. */
  readonly inner: AgentRuntime | Runtime;
  readonly queue: Queue;
  readonly poll: Poll;
  readonly stream: EventStream;
  /** Of a stream that several workers could read. */
  readonly leases: Leases;
  /** Puts the host around a handler that Lambda has too: events are whole when the handler sees them. */
  readonly host: (handler: LambdaHandler) => LambdaHandler;
  readonly region: string;
  /** Writes down what was counted. */
  readonly flush: () => void;
}
