import type { PatternField, PatternRule } from './compile.ts';
import { consistent } from './consistency.ts';
import type { EventTree, Slot } from './event-tree.ts';

export interface BoundField {
  readonly field: PatternField;
  readonly slot: Slot;
}

/** A rule whose fields know their slots in an event tree. */
export class BoundRule {
  readonly fields: readonly BoundField[];
  readonly #tree: EventTree;

  constructor(rule: PatternRule, tree: EventTree) {
    this.#tree = tree;
    this.fields = rule.fields.map((field) => ({ field, slot: tree.use(field.path, field.blind) }));
  }

  release(): void {
    for (const { slot } of this.fields) this.#tree.release(slot);
  }

  /** Whether the event that the tree holds satisfies every field, with leaves from the same element of any array. */
  matches(): boolean {
    let nested = 0;
    for (const { field, slot } of this.fields) {
      if (slot.leaves.length === 0) {
        if (!field.absent) return false;
        continue;
      }
      if (slot.nested) nested += 1;
      if (!slot.leaves.some(field.test) && !(field.absent && slot.nested)) return false;
    }
    if (nested === 0) return true;
    return consistent(
      this.fields.filter(({ slot }) => slot.nested),
      this.#tree.dotted,
    );
  }
}
