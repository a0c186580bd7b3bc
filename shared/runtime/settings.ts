/** What services know of the place they run in. Times in milliseconds, sizes in bytes. */
export interface MeshSettings {
  readonly stage: string;
  /** How long a blocking call waits for its task. */
  readonly wait: number;
  readonly maxBody: number;
  /** Where clients reach the gateway, without a slash at the end. */
  readonly url: string;
  /** Where clients get tokens. */
  readonly tokenUrl: string;
  readonly bus: string;
  readonly artifactStream: string;
  /**
   * For so long an agent that has nothing else to tell keeps to itself that it works: 0 where an event costs nothing, and
   * on AWS long enough that a short call is not billed for it (docs/cost.md).
   */
  readonly workingAfter: number;
  /** Whether the API before a Lambda handler passes an answer on as it is made, or when it is whole. */
  readonly responses: 'stream' | 'buffered';
}
