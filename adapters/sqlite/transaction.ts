/** One piece of work of a batch. `settle` is called once, when the work is as durable as it was asked to be. */
export interface Transaction {
  readonly run: () => unknown;
  readonly lazy: boolean;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  /** What happens once it is durable. */
  effects: (() => void)[];
  /** What takes back what the work noted in memory. */
  rollbacks: (() => void)[];
  /** Whether its parts are undone alone: only where one has failed, as it is hardly ever needed and costs every time. */
  savepoints: boolean;
  result?: unknown;
}

/** Tells who asked for the transaction that it is done, after what was to happen then. */
export function settle(transaction: Transaction): void {
  for (const effect of transaction.effects) {
    try {
      effect();
    } catch (error) {
      // A defect of ours: it must not take from the other transactions of the batch what is theirs.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
  transaction.resolve(transaction.result as never);
}

/** Takes back what the transaction noted in memory since it had `from` rollbacks, the newest first. */
export function rollBack(transaction: Transaction, from = 0): void {
  for (const undo of transaction.rollbacks.splice(from).reverse()) undo();
}
