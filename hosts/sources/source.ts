/** What wakes a function. */
export interface Source {
  start(): void;
  /** Wakes it no more, and resolves when what it woke has ended. */
  stop(): Promise<void>;
}
