interface Node<V> {
  readonly children: Map<number, Node<V>>;
  readonly values: Set<V>;
  /** The node to continue from when no child fits: the longest proper suffix of this text that is also a node. */
  fallback: Node<V> | undefined;
  /** The nearest node on the fallback chain with values. */
  shorter: Node<V> | undefined;
  /** The last search that reported this node. */
  reportedIn: number;
}

/**
 * Values by a text. It finds the values whose text occurs anywhere in another text, in one pass for any number of
 * values (Aho and Corasick). The automaton is built at the first search after a change.
 */
export class SubstringIndex<V> {
  readonly #entries = new Set<{ readonly text: string; readonly value: V }>();
  readonly #populations = new Map<string, number>();
  #root: Node<V> | undefined;
  #searches = 0;

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** How many values have exactly this text. */
  population(text: string): number {
    return this.#populations.get(text) ?? 0;
  }

  /** Adds a value and returns a function that removes it. The text must not be empty. */
  add(text: string, value: V): () => void {
    const entry = { text, value };
    this.#entries.add(entry);
    this.#count(text, 1);
    this.#root = undefined;
    return () => {
      if (this.#entries.delete(entry)) this.#count(text, -1);
      this.#root = undefined;
    };
  }

  /** Calls back for every value whose text occurs in `text`. */
  find(text: string, found: (value: V) => void): void {
    this.#root ??= this.#build();
    this.#searches += 1;
    let node = this.#root;
    for (let i = 0; i < text.length; i += 1) {
      node = next(this.#root, node, text.charCodeAt(i));
      // If a node was already reported, so were its shorter ones. So repetitive text costs no more than other text.
      for (let at: Node<V> | undefined = node; at !== undefined && at.reportedIn !== this.#searches; at = at.shorter) {
        at.reportedIn = this.#searches;
        at.values.forEach(found);
      }
    }
  }

  #count(text: string, by: 1 | -1): void {
    const population = this.population(text) + by;
    if (population === 0) this.#populations.delete(text);
    else this.#populations.set(text, population);
  }

  #build(): Node<V> {
    const root = makeNode<V>();
    for (const { text, value } of this.#entries) insert(root, text).values.add(value);
    // Breadth first: the fallback of a node must be complete before its children need it.
    const queue = [root];
    for (const node of queue) {
      for (const [code, child] of node.children) {
        child.fallback = node === root ? root : next(root, node.fallback ?? root, code);
        child.shorter = child.fallback.values.size > 0 ? child.fallback : child.fallback.shorter;
        queue.push(child);
      }
    }
    return root;
  }
}

function makeNode<V>(): Node<V> {
  return { children: new Map(), values: new Set(), fallback: undefined, shorter: undefined, reportedIn: 0 };
}

function insert<V>(root: Node<V>, text: string): Node<V> {
  let node = root;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    const child = node.children.get(code) ?? makeNode<V>();
    node.children.set(code, child);
    node = child;
  }
  return node;
}

function next<V>(root: Node<V>, from: Node<V>, code: number): Node<V> {
  for (let node: Node<V> | undefined = from; node !== undefined; node = node.fallback) {
    const child = node.children.get(code);
    if (child !== undefined) return child;
  }
  return root;
}
