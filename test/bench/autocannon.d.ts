/** The part of autocannon 9 that the benchmark uses: it ships no types. See https://github.com/mcollina/autocannon#api */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  export interface Request {
    body?: string;
    headers?: Readonly<Record<string, string>>;
    /** Is called before each request but the first with what it may change. */
    readonly setupRequest?: (request: Request, context: Record<string, unknown>) => Request;
    readonly onResponse?: (status: number, body: string, context: Record<string, unknown>) => void;
  }

  export interface Options {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    /** Milliseconds; the load ends at the first sample after its duration. */
    readonly sampleInt: number;
    readonly requests: readonly Request[];
  }

  export interface Result {
    /** Of connections, timeouts included. */
    readonly errors: number;
    readonly timeouts: number;
    readonly non2xx: number;
  }

  /** Emits `response` with (client, status, bytes, milliseconds). */
  export interface Instance extends EventEmitter, PromiseLike<Result> {}

  export default function autocannon(options: Options): Instance;
}
