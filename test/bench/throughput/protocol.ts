import type { Failures } from '../load-protocol.ts';

/** A request that is signed already: signing it costs its sender more than checking it costs the mesh. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A load on a door of the mesh: the requests, each again and again. */
export interface DoorJob {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly requests: readonly SignedRequest[];
  /** The member of an answer that counts what was not taken: 0 in a right one. */
  readonly failedCount: 'FailedEntryCount' | 'FailedRecordCount';
}

/** A load within one process, on a data folder of its own. */
export interface InProcessJob {
  readonly what: 'events' | 'records' | 'matching';
  readonly folder: string;
  readonly seconds: number;
}

export interface InProcessResult {
  /** Events or records. */
  readonly done: number;
  readonly seconds: number;
}

/** One measure in one round. */
export interface Rate {
  /** Events or records. */
  readonly perSecond: number;
  readonly failures: Failures;
}
