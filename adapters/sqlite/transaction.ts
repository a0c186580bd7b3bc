/** One piece of work of a batch. `settle` is called once, when the work is as durable as its caller asked. */
export interface Transaction {
  readonly run: () => unknown;
  readonly lazy: boolean;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  /** Called when the transaction is durable. */
  effects: (() => void)[];
  /** Undo the changes that the work made in memory. */
  rollbacks: (() => void)[];
  /** True: each part has a savepoint. Set only after a part has failed, because a savepoint costs time. */
  savepoints: boolean;
  result?: unknown;
}

/** Runs the effects, then resolves the caller's promise. */
export function settle(transaction: Transaction): void {
  for (const effect of transaction.effects) {
    try {
      effect();
    } catch (error) {
      // A bug in an effect must not stop the other transactions of the batch.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
  transaction.resolve(transaction.result as never);
}

/** Undoes the transaction's changes in memory, the newest first, down to the first `from` rollbacks. */
export function rollBack(transaction: Transaction, from = 0): void {
  for (const undo of transaction.rollbacks.splice(from).reverse()) undo();
}
