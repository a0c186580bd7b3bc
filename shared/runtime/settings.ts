/** The `workingAfterMs` of both runtimes. A person who watches a task notices a second. */
export const WORKING_AFTER_MS = 1_000;

/** The settings that services read. */
export interface MeshSettings {
  readonly stage: string;
  /** The time for which a blocking call waits for its task. */
  readonly waitMs: number;
  /** The largest body of a call. */
  readonly maxBodyBytes: number;
  /** The largest answer to a call. A stream has no such limit, because it sends a task in pieces. */
  readonly maxAnswerBytes: number;
  /** The address of the gateway for clients, without a slash at the end. */
  readonly url: string;
  /** The address at which clients get tokens. */
  readonly tokenUrl: string;
  /** `compatible`: cards have the fields of A2A 0.3 beside those of 1.0, so that clients of both versions read them. */
  readonly card: '1.0' | 'compatible';
  readonly bus: string;
  readonly artifactStream: string;
  /**
   * An agent that has published nothing else publishes WORKING after this time. It is long enough that a short call needs
   * no WORKING event.
   */
  readonly workingAfterMs: number;
  /** Whether the API in front of a Lambda handler streams an answer, or sends it when it is complete. */
  readonly responses: 'stream' | 'buffered';
}
