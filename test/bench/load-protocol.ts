/** What the process that makes the load is told. */
export interface LoadJob {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
}

/** What it measured. */
export interface LoadResult {
  /** Answers that were right. */
  readonly calls: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly failures: Failures;
}

export interface Failures {
  /** Answered with another status than 2xx. */
  readonly status: number;
  /** Answered with anything but the completed task of the call. */
  readonly body: number;
  /** Not answered: connections that broke, and timeouts. */
  readonly connection: number;
  /** The first wrong answer, cut short. */
  readonly example?: string;
}

export function countOf({ status, body, connection }: Failures): number {
  return status + body + connection;
}
