import type { PatternField } from './compile.ts';
import type { ElementPosition, PathNode, Slot } from './event-tree.ts';

/** A field of a rule, with the slot of the event tree that holds its leaves. */
export interface BoundField {
  readonly field: PatternField;
  readonly slot: Slot;
}

/** The array elements that contain the leaves chosen so far, one for each array, from the innermost outwards. */
type State = readonly ElementPosition[];

/** In an event with dotted keys, one path may lead into many arrays, so states multiply. After this limit: no match. */
const MAX_STEPS = 1_000_000;

/**
 * Whether leaves can be chosen for all fields such that no two stand in different elements of the same array.
 *
 * Fields are read in the order of their paths, as in Event Ruler. `exists: false` holds when no leaf fits the choices
 * made *before* it. So {"e": {"f": ["x"], "g": [{"exists": false}]}} needs an element without g. An absent field that
 * sorts first needs an event without that field.
 *
 * The function does not try every combination. Each step keeps the distinct states that later fields can tell apart.
 * Arrays are nested like paths, so there are at most as many states as the event has array elements.
 */
export function consistent(fields: readonly BoundField[], dotted: boolean): boolean {
  const elements = new ElementIndex(dotted);
  let states: readonly State[] = [[]];
  let steps = 0;
  for (const [position, { field, slot }] of fields.entries()) {
    const following = fields[position + 1]?.slot.node;
    const next = new Map<string, State>();
    for (const state of states) {
      const fitting = elements.fitting(slot, state);
      if (dotted) steps += slot.leaves.length;
      if (steps > MAX_STEPS) return false;
      for (const leaf of fitting) {
        const value = slot.leaves[leaf];
        if (value === undefined || !field.test(value)) continue;
        if (following === undefined) return true;
        keep(next, extend(state, slot.positions[leaf], following));
      }
      if (!field.absent || fitting.length > 0) continue;
      if (following === undefined) return true;
      keep(next, extend(state, undefined, following));
    }
    states = [...next.values()];
  }
  return false;
}

function keep(states: Map<string, State>, state: State): void {
  states.set(state.map(({ array, index }) => `${array}:${index}`).join(), state);
}

/** The state after the choice of a leaf, without the elements that cannot affect the fields from `following` on. */
function extend(state: State, position: ElementPosition | undefined, following: PathNode): State {
  const extended = state.filter(({ node }) => leadsTo(node, following));
  for (let at = position; at !== undefined; at = at.outer) {
    const { array, node } = at;
    if (leadsTo(node, following) && !extended.some((other) => other.array === array)) extended.push(at);
  }
  // Array numbers grow inwards, so this puts the innermost first and makes equal states look equal.
  return extended.sort((a, b) => b.array - a.array);
}

/**
 * Fields are sorted, so all fields below a node are neighbours. An array that does not lead to the next field leads to
 * no later field.
 */
function leadsTo(node: PathNode, following: PathNode): boolean {
  for (let at: PathNode | undefined = following; at !== undefined; at = at.parent) if (at === node) return true;
  return false;
}

function fits(state: State, position: ElementPosition | undefined): boolean {
  for (let at = position; at !== undefined; at = at.outer) {
    const { array, index } = at;
    if (state.some((other) => other.array === array && other.index !== index)) return false;
  }
  return true;
}

/** The leaves of a slot by their array element, so that one element is found without reading all others. */
class ElementIndex {
  readonly #bySlot = new Map<Slot, Map<number, Map<number, number[]>>>();
  readonly #dotted: boolean;

  constructor(dotted: boolean) {
    this.#dotted = dotted;
  }

  /** Positions of the slot's leaves that fit the state. */
  fitting(slot: Slot, state: State): readonly number[] {
    const fit = (leaf: number) => fits(state, slot.positions[leaf]);
    if (state.length === 0) return positions(slot);
    if (this.#dotted) return positions(slot).filter(fit);
    const arrays = this.#arraysOf(slot);
    // Every leaf that fits is in the innermost array that the state and the slot share.
    const shared = state.find(({ array }) => arrays.has(array));
    if (shared === undefined) return positions(slot);
    return (arrays.get(shared.array)?.get(shared.index) ?? []).filter(fit);
  }

  #arraysOf(slot: Slot): Map<number, Map<number, number[]>> {
    const known = this.#bySlot.get(slot);
    if (known !== undefined) return known;
    const arrays = new Map<number, Map<number, number[]>>();
    for (const [leaf, position] of slot.positions.entries()) {
      for (let at = position; at !== undefined; at = at.outer) {
        const elements = arrays.get(at.array) ?? new Map<number, number[]>();
        arrays.set(at.array, elements);
        const leaves = elements.get(at.index);
        if (leaves === undefined) elements.set(at.index, [leaf]);
        else leaves.push(leaf);
      }
    }
    this.#bySlot.set(slot, arrays);
    return arrays;
  }
}

function positions(slot: Slot): number[] {
  return [...slot.leaves.keys()];
}
