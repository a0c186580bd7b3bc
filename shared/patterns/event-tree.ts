import { isObject } from '#shared/objects.ts';
import { isLeaf, type Leaf } from './leaf.ts';

/** The array element that contains a leaf. Event Ruler does not let the fields of one rule mix elements of an array. */
export interface ElementPosition {
  /** Numbers the arrays of one event. */
  readonly array: number;
  readonly index: number;
  readonly node: Node;
  readonly outer: ElementPosition | undefined;
}

/** Shared by all slots without leaves, and never added to. */
const NONE: never[] = [];

/** A path that some rule uses, with the leaves of the present event at this path. */
export class Slot {
  readonly node: Node;
  leaves: Leaf[] = NONE;
  /** The position of each leaf. It is empty unless a leaf is inside an element of an array. */
  positions: (ElementPosition | undefined)[] = NONE;
  /** How many rules use it. */
  users = 0;

  constructor(node: Node) {
    this.node = node;
  }

  /** Whether any leaf is inside an element of an array. */
  get nested(): boolean {
    return this.positions.length > 0;
  }

  add(leaf: Leaf, position: ElementPosition | undefined): void {
    // Nearly every slot gets one leaf. A new array of one value is cheaper than an array that grows.
    if (this.leaves === NONE) this.leaves = [leaf];
    else this.leaves.push(leaf);
    if (position === undefined && !this.nested) return;
    if (this.positions === NONE) this.positions = [];
    this.positions[this.leaves.length - 1] = position;
  }

  clear(): void {
    this.leaves = NONE;
    this.positions = NONE;
  }
}

class Node {
  readonly parent: Node | undefined;
  readonly step: string;
  readonly children = new Map<string, Node>();
  /** One slot for fields that see leaves below a key "", and one for the others: see `PatternField.blind`. */
  readonly slots: { open: Slot | undefined; blind: Slot | undefined } = { open: undefined, blind: undefined };

  constructor(parent: Node | undefined, step: string) {
    this.parent = parent;
    this.step = step;
  }
}

export type { Node as PathNode };

/** The JSON reader under Event Ruler refuses events that are nested deeper. Here the deeper levels are not read. */
const MAX_DEPTH = 1000;

/**
 * The paths in use, as a tree of steps. An event is read once for all rules, and only along these paths. The slots keep
 * leaves from `read` to `clear`. The tree holds one event at a time.
 */
export class EventTree {
  readonly #root = new Node(undefined, '');
  readonly #filled: Slot[] = [];
  #arrays = 0;
  /** Whether the event has a key with a dot on the path of a rule. Then one path may lead into several arrays. */
  dotted = false;

  /** The slot of a path. A new path gets a new slot. One call of `release` undoes one call. */
  use(path: string, blind: boolean): Slot {
    let node = this.#root;
    for (const step of path.split('.')) {
      let child = node.children.get(step);
      if (child === undefined) {
        child = new Node(node, step);
        node.children.set(step, child);
      }
      node = child;
    }
    const kind = blind ? 'blind' : 'open';
    const slot = node.slots[kind] ?? new Slot(node);
    node.slots[kind] = slot;
    slot.users += 1;
    return slot;
  }

  release(slot: Slot): void {
    slot.users -= 1;
    if (slot.users > 0) return;
    const { slots } = slot.node;
    slots[slots.blind === slot ? 'blind' : 'open'] = undefined;
    let node: Node | undefined = slot.node;
    while (node?.parent !== undefined && node.children.size === 0 && !node.slots.open && !node.slots.blind) {
      node.parent.children.delete(node.step);
      node = node.parent;
    }
  }

  /** Reads an event into the slots and returns those that got leaves. */
  read(event: JsonObject): readonly Slot[] {
    this.#readObject(event, this.#root, undefined, false, 0);
    return this.#filled;
  }

  clear(): void {
    for (const slot of this.#filled) slot.clear();
    this.#filled.length = 0;
    this.#arrays = 0;
    this.dotted = false;
  }

  #readObject(
    object: JsonObject,
    node: Node,
    position: ElementPosition | undefined,
    emptyKey: boolean,
    depth: number,
  ): void {
    if (node.children.size === 0) return;
    for (const key in object) {
      const child = node.children.get(key) ?? (key.includes('.') ? this.#walk(node, key) : undefined);
      if (child !== undefined) this.#readValue(object[key], child, position, emptyKey || key === '', depth + 1);
    }
  }

  #walk(node: Node, key: string): Node | undefined {
    let reached: Node | undefined = node;
    for (const step of key.split('.')) {
      reached = reached.children.get(step);
      if (reached === undefined) return undefined;
    }
    this.dotted = true;
    return reached;
  }

  #readValue(
    value: unknown,
    node: Node,
    position: ElementPosition | undefined,
    emptyKey: boolean,
    depth: number,
  ): void {
    if (isLeaf(value)) {
      if (node.slots.open !== undefined) this.#add(node.slots.open, value, position);
      if (node.slots.blind !== undefined && !emptyKey) this.#add(node.slots.blind, value, position);
    } else if (depth <= MAX_DEPTH) {
      if (Array.isArray(value)) this.#readArray(value, node, position, emptyKey, depth);
      else if (isObject(value)) this.#readObject(value, node, position, emptyKey, depth);
    }
  }

  #readArray(
    array: readonly unknown[],
    node: Node,
    outer: ElementPosition | undefined,
    emptyKey: boolean,
    depth: number,
  ): void {
    const id = this.#arrays++;
    for (const [index, element] of array.entries()) {
      // A leaf directly in an array may be combined with any other leaf. Only objects and arrays in it are elements.
      if (isLeaf(element)) this.#readValue(element, node, outer, emptyKey, depth);
      else if (Array.isArray(element))
        this.#readValue(element, node, { array: id, index, node, outer }, emptyKey, depth + 1);
      else if (isObject(element))
        this.#readObject(element, node, { array: id, index, node, outer }, emptyKey, depth + 1);
    }
  }

  #add(slot: Slot, leaf: Leaf, position: ElementPosition | undefined): void {
    if (slot.leaves.length === 0) this.#filled.push(slot);
    slot.add(leaf, position);
  }
}

type JsonObject = Readonly<Record<string, unknown>>;
