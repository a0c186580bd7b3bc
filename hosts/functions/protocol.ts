import type { AgentRuntime, FunctionSettings } from '#shared/runtime/runtime.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly name: string;
  readonly file: string;
  readonly exportName: string;
  readonly at: string;
  /** Seconds. */
  readonly timeout: number;
  /** The mesh's clock when the thread was started: its own begins there. Milliseconds since 1970. */
  readonly now: number;
  readonly settings: AgentRuntime['settings'];
  readonly functionSettings: FunctionSettings;
}

/** From the host to a worker. */
export type ToWorker =
  | {
      readonly kind: 'invoke';
      readonly id: number;
      readonly event: unknown;
      /** What `excusedReceives` answers for each record of the event, in their order. Empty for other events. */
      readonly excused: readonly number[];
    }
  | { readonly kind: 'answer'; readonly call: number; readonly value: unknown }
  /** Of an error only the text gets through: what sort it was is told beside it. */
  | { readonly kind: 'refusal'; readonly call: number; readonly error: unknown; readonly unavailable: boolean };

/** From a worker to the host. */
export type FromWorker =
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: unknown }
  /** A call of a port, which only the host can make. */
  | {
      readonly kind: 'call';
      readonly call: number;
      readonly port: RemotePort;
      readonly method: string;
      readonly args: readonly unknown[];
    }
  /** A call that has no answer. */
  | {
      readonly kind: 'tell';
      readonly port: 'log' | 'metrics';
      readonly method: string;
      readonly args: readonly unknown[];
    };

export type RemotePort = 'bus' | 'stream' | 'queue' | 'idempotencyStore';

/** What a worker may call: an agent's ports, and nothing else of them. */
export const remoteMethods: Readonly<Record<RemotePort, readonly string[]>> = {
  bus: ['put'],
  stream: ['put'],
  queue: ['changeVisibility'],
  idempotencyStore: ['get', 'put', 'update', 'delete'],
};
