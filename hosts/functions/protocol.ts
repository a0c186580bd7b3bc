import type { AgentRuntime, FunctionSettings } from '#shared/runtime/runtime.ts';

/** The data that the host gives a worker at its start. */
export interface WorkerStart {
  readonly name: string;
  readonly file: string;
  readonly exportName: string;
  readonly at: string;
  /** Seconds. */
  readonly timeout: number;
  /** MB. */
  readonly memorySize: number;
  /** The mesh's clock at the start of the thread, in milliseconds since 1970. The thread's clock begins there. */
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
      /** The result of `excusedReceives` for each record of the event, in their order. Empty for other events. */
      readonly excused: readonly number[];
    }
  /** An order to stop, for the handler beside its running invocation. */
  | { readonly kind: 'cancel'; readonly event: unknown }
  | { readonly kind: 'answer'; readonly call: number; readonly value: unknown }
  /** Structured clone keeps only an error's text. `unavailable` carries the kind of the error. */
  | { readonly kind: 'refusal'; readonly call: number; readonly error: unknown; readonly unavailable: boolean };

/** From a worker to the host. */
export type FromWorker =
  /** The module is imported. What fails after this is the function's own fault. */
  | { readonly kind: 'loaded' }
  /** The handler is called. The function's time begins. */
  | { readonly kind: 'begun'; readonly id: number }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  /** `lacks` carries the kind of the error, as `unavailable` does: the attempt failed because the store or the machine lacks something. */
  | {
      readonly kind: 'failure';
      readonly id: number;
      readonly error: unknown;
      readonly lacks: 'store' | 'machine' | undefined;
    }
  /** A call of a port. Only the host can make it. */
  | {
      readonly kind: 'call';
      readonly call: number;
      readonly port: RemotePort;
      readonly method: string;
      readonly args: readonly unknown[];
    }
  /** A call without an answer. */
  | {
      readonly kind: 'tell';
      readonly port: 'log' | 'metrics';
      readonly method: string;
      readonly args: readonly unknown[];
    };

export type RemotePort = 'bus' | 'stream' | 'queue' | 'idempotencyStore';

/** The methods that a worker may call: the parts of the ports that agents use. */
export const remoteMethods: Readonly<Record<RemotePort, readonly string[]>> = {
  bus: ['put'],
  stream: ['put'],
  queue: ['changeVisibility'],
  idempotencyStore: ['get', 'put', 'update', 'delete'],
};
