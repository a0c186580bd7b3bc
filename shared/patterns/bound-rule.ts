import { widthOf } from './access.ts';
import type { PatternRule } from './compile.ts';
import { type BoundField, consistent } from './consistency.ts';
import type { EventTree, Slot } from './event-tree.ts';
import type { FieldTest } from './field-test.ts';
import type { Leaf } from './leaf.ts';

/** A rule whose fields know their slots in an event tree. */
export class BoundRule {
  readonly fields: readonly BoundField[];
  readonly #cheapestFirst: readonly Check[];
  readonly #tree: EventTree;

  constructor(rule: PatternRule, tree: EventTree) {
    this.#tree = tree;
    this.fields = rule.fields.map((field) => ({ field, slot: tree.use(field.path, field.blind) }));
    this.#cheapestFirst = this.fields
      .toSorted((a, b) => widthOf(a.field) - widthOf(b.field))
      .map(({ field: { test, absent }, slot }) => ({ slot, test, absent }));
  }

  release(): void {
    for (const { slot } of this.fields) this.#tree.release(slot);
  }

  /** Whether the event in the tree satisfies every field, with leaves from the same element of each array. */
  matches(): boolean {
    let nested = false;
    for (const check of this.#cheapestFirst) {
      const { slot } = check;
      if (slot.leaves.length === 0) {
        if (!check.absent) return false;
      } else if (slot.nested) {
        nested = true;
        if (!check.absent && !slot.leaves.some(check.test)) return false;
      } else if (!anyPasses(slot.leaves, check.test)) {
        return false;
      }
    }
    if (!nested) return true;
    return consistent(
      this.fields.filter(({ slot }) => slot.nested),
      this.#tree.dotted,
    );
  }
}

/** The check of a field. It is one flat object, because it is read for every candidate of every event. */
interface Check {
  readonly slot: Slot;
  readonly test: FieldTest;
  readonly absent: boolean;
}

function anyPasses(leaves: readonly Leaf[], test: FieldTest): boolean {
  const first = leaves[0];
  return leaves.length === 1 && first !== undefined ? test(first) : leaves.some(test);
}
