class Node<V> {
  readonly children = new Map<number, Node<V>>();
  readonly values = new Set<V>();
}

/**
 * Values by a text. It finds the values whose text begins (or, reversed, ends) another text. The time is linear in the
 * match.
 */
export class PrefixTrie<V> {
  readonly #root = new Node<V>();
  readonly #reversed: boolean;

  constructor(direction: 'forward' | 'reversed' = 'forward') {
    this.#reversed = direction === 'reversed';
  }

  get isEmpty(): boolean {
    return this.#root.children.size === 0 && this.#root.values.size === 0;
  }

  /** Adds a value and returns a function that removes it. */
  add(text: string, value: V): () => void {
    const path = [this.#root];
    let node = this.#root;
    for (let i = 0; i < text.length; i += 1) {
      const code = this.#codeAt(text, i);
      let child = node.children.get(code);
      if (child === undefined) {
        child = new Node<V>();
        node.children.set(code, child);
      }
      node = child;
      path.push(node);
    }
    node.values.add(value);
    return () => {
      node.values.delete(value);
      for (let i = text.length; i > 0; i -= 1) {
        const at = path[i];
        if (at === undefined || at.children.size > 0 || at.values.size > 0) return;
        path[i - 1]?.children.delete(this.#codeAt(text, i - 1));
      }
    };
  }

  /** How many values have exactly this text. */
  population(text: string): number {
    let node: Node<V> | undefined = this.#root;
    for (let i = 0; node !== undefined && i < text.length; i += 1) node = node.children.get(this.#codeAt(text, i));
    return node?.values.size ?? 0;
  }

  /** Calls back for every value whose text is at the beginning of `text`. */
  find(text: string, found: (value: V) => void): void {
    let node: Node<V> | undefined = this.#root;
    for (let i = 0; node !== undefined; i += 1) {
      if (node.values.size > 0) node.values.forEach(found);
      if (i >= text.length) return;
      node = node.children.get(this.#codeAt(text, i));
    }
  }

  #codeAt(text: string, i: number): number {
    return text.charCodeAt(this.#reversed ? text.length - 1 - i : i);
  }
}
