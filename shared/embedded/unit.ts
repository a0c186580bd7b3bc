/** One piece of work of a batch. `settle` is called once, when the work is as durable as it was asked to be. */
export interface Unit {
  readonly run: () => unknown;
  readonly lazy: boolean;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  effects: (() => void)[] | undefined;
  result?: unknown;
}

/** Tells who asked for the unit that it is done, after what was to happen then. */
export function settle(unit: Unit): void {
  for (const effect of unit.effects ?? []) {
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
