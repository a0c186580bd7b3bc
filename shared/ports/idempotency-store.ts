/** What is known of one side effect. Plain data, so that a worker thread can ask for it by message. Times in milliseconds since 1970. */
export interface IdempotencyItem {
  readonly id: string;
  readonly status: 'INPROGRESS' | 'COMPLETED';
  /** From then on the item counts as absent. */
  readonly expiresAt: number;
  /** From then on whoever began is taken for dead, and another may begin. */
  readonly inProgressUntil?: number;
  /** The result, as JSON has it. */
  readonly data?: unknown;
  readonly payloadHash?: string;
}

/**
 * Which side effects of agents were begun and which are done. The conditions are those of Powertools' own layer on
 * DynamoDB, https://docs.aws.amazon.com/powertools/typescript/latest/features/idempotency/.
 */
export interface IdempotencyStore {
  /** The item as it is stored, also when it expired. */
  get(id: string): Promise<IdempotencyItem | undefined>;

  /**
   * Stores the item if there is none of its id, or one that expired, or one in progress whose time is over. The promise
   * resolves when it is durable: only then may the side effect begin.
   *
   * @returns undefined when stored; else the item that stands there.
   */
  put(item: IdempotencyItem): Promise<IdempotencyItem | undefined>;

  /** Sets what the item has, and keeps what it leaves out. Stores it where there is none. */
  update(item: IdempotencyItem): Promise<void>;

  /** Does nothing where there is none. */
  delete(id: string): Promise<void>;
}
