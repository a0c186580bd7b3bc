/** One piece of work of a batch. `settle` is called once, when the work is as durable as it was asked to be. */
export interface Unit {
  readonly run: () => unknown;
  readonly lazy: boolean;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  /** What happens once it is durable. */
  effects: (() => void)[];
  /** What takes back what the work noted in memory. */
  reverts: (() => void)[];
  /** Whether its parts are undone alone: only where one has failed, as it is hardly ever needed and costs every time. */
  savepoints: boolean;
  result?: unknown;
}

/** Tells who asked for the unit that it is done, after what was to happen then. */
export function settle(unit: Unit): void {
  for (const effect of unit.effects) {
    try {
      effect();
    } catch (error) {
      // A defect of ours: it must not take from the other units of the batch what is theirs.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
  unit.resolve(unit.result as never);
}

/** Takes back what the unit noted in memory since it had `from` reverts, the newest first. */
export function revert(unit: Unit, from = 0): void {
  for (const undo of unit.reverts.splice(from).reverse()) undo();
}
