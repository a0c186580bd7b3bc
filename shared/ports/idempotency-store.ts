/** The state of one side effect. It is plain data, so that a worker thread can get it in a message. Times are in milliseconds since 1970. */
export interface IdempotencyItem {
  readonly id: string;
  readonly status: 'INPROGRESS' | 'COMPLETED';
  /** From this time on the item counts as absent. */
  readonly expiresAt: number;
  /** From this time on the store assumes that the process that began has died. Another process may begin. */
  readonly inProgressUntil?: number;
  /** The result: a JSON value. */
  readonly data?: unknown;
  readonly payloadHash?: string;
}

/**
 * Stores which side effects of agents have begun and which are done. The conditions are the same as in Powertools'
 * DynamoDB layer, https://docs.aws.amazon.com/powertools/typescript/latest/features/idempotency/.
 */
export interface IdempotencyStore {
  /** The stored item, even if it has expired. */
  get(id: string): Promise<IdempotencyItem | undefined>;

  /**
   * Stores the item if the id is free: there is no item, or it has expired, or it is in progress and its time is over.
   * The promise resolves when the item is durable. Only then may the side effect begin.
   *
   * @returns undefined when the item was stored, otherwise the item that has the id.
   */
  put(item: IdempotencyItem): Promise<IdempotencyItem | undefined>;

  /** Sets the given fields and keeps the others. Stores the item if the id is free. */
  update(item: IdempotencyItem): Promise<void>;

  /** Does nothing when no item has the id. */
  delete(id: string): Promise<void>;
}
