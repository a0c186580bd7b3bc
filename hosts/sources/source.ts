/** Wakes a function. */
export interface Source {
  start(): void;
  /** Starts no more invocations, and resolves when the running invocations have ended. */
  stop(): Promise<void>;
}
