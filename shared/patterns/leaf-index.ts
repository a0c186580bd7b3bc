import { addressDigitsOf } from './field-test.ts';
import { IntervalIndex } from './interval-index.ts';
import type { Leaf } from './leaf.ts';
import { PrefixTrie } from './prefix-trie.ts';
import { SubstringIndex } from './substring-index.ts';

/** A condition that a leaf must meet to satisfy a matcher. It can be looked up. It is not the matcher's own test. */
export type Key =
  | { readonly kind: 'is'; readonly value: Leaf }
  | { readonly kind: TextKeyKind; readonly text: string; readonly ignoreCase: boolean }
  | { readonly kind: 'between'; readonly low: number; readonly high: number }
  | { readonly kind: 'address'; readonly digits: string }
  | { readonly kind: 'any' };

export type TextKeyKind = 'equals' | 'begins' | 'ends' | 'contains';

/** Values by the key that a leaf must meet. A lookup finds the candidates among thousands, without testing each. */
export class LeafIndex<V> {
  readonly #exact = new Map<Leaf, V[]>();
  readonly #texts = new TextIndex<V>();
  readonly #folded = new TextIndex<V>();
  readonly #between = new IntervalIndex<V>();
  readonly #addresses = new PrefixTrie<V>();
  readonly #any: V[] = [];

  /** Adds a value and returns a function that removes it. */
  add(key: Key, value: V): () => void {
    switch (key.kind) {
      case 'is':
        return addTo(this.#exact, key.value, value);
      case 'between':
        return this.#between.add(key.low, key.high, value);
      case 'address':
        return this.#addresses.add(key.digits, value);
      case 'any':
        this.#any.push(value);
        return () => takeOut(this.#any, value);
      default:
        return key.ignoreCase
          ? this.#folded.add(key.kind, key.text.toLowerCase(), value)
          : this.#texts.add(key.kind, key.text, value);
    }
  }

  /** How many values already have the key. It is an estimate where counting is expensive. */
  population(key: Key): number {
    switch (key.kind) {
      case 'is':
        return this.#exact.get(key.value)?.length ?? 0;
      case 'between':
        return this.#between.population(key.low, key.high);
      case 'address':
        return this.#addresses.population(key.digits);
      case 'any':
        return this.#any.length;
      default:
        return key.ignoreCase
          ? this.#folded.population(key.kind, key.text.toLowerCase())
          : this.#texts.population(key.kind, key.text);
    }
  }

  /** Calls back for every value whose key the leaf meets. It may call several times for one value. */
  find(leaf: Leaf, found: (value: V) => void): void {
    each(this.#exact.get(leaf), found);
    each(this.#any, found);
    if (typeof leaf === 'string') {
      this.#texts.find(leaf, found);
      if (!this.#folded.isEmpty) this.#folded.find(leaf.toLowerCase(), found);
    }
    if (typeof leaf === 'number' && !this.#between.isEmpty) this.#between.find(leaf, found);
    if (this.#addresses.isEmpty) return;
    const digits = addressDigitsOf(leaf, false);
    if (digits !== undefined) this.#addresses.find(digits, found);
  }
}

class TextIndex<V> {
  readonly #equals = new Map<string, V[]>();
  readonly #begins = new PrefixTrie<V>();
  readonly #ends = new PrefixTrie<V>('reversed');
  readonly #contains = new SubstringIndex<V>();

  get isEmpty(): boolean {
    return this.#equals.size === 0 && this.#begins.isEmpty && this.#ends.isEmpty && this.#contains.isEmpty;
  }

  add(kind: TextKeyKind, text: string, value: V): () => void {
    switch (kind) {
      case 'equals':
        return addTo(this.#equals, text, value);
      case 'begins':
        return this.#begins.add(text, value);
      case 'ends':
        return this.#ends.add(text, value);
      case 'contains':
        return this.#contains.add(text, value);
      default:
        return kind satisfies never;
    }
  }

  population(kind: TextKeyKind, text: string): number {
    switch (kind) {
      case 'equals':
        return this.#equals.get(text)?.length ?? 0;
      case 'begins':
        return this.#begins.population(text);
      case 'ends':
        return this.#ends.population(text);
      case 'contains':
        return this.#contains.population(text);
      default:
        return kind satisfies never;
    }
  }

  find(text: string, found: (value: V) => void): void {
    if (this.#equals.size > 0) each(this.#equals.get(text), found);
    if (!this.#begins.isEmpty) this.#begins.find(text, found);
    if (!this.#ends.isEmpty) this.#ends.find(text, found);
    if (!this.#contains.isEmpty) this.#contains.find(text, found);
  }
}

function addTo<K, V>(map: Map<K, V[]>, key: K, value: V): () => void {
  const values = map.get(key) ?? [];
  values.push(value);
  map.set(key, values);
  return () => {
    takeOut(values, value);
    if (values.length === 0) map.delete(key);
  };
}

function takeOut<V>(values: V[], value: V): void {
  const at = values.indexOf(value);
  if (at >= 0) values.splice(at, 1);
}

// Lists and a plain loop replace sets here, because matching spends most of its time here.
function each<V>(values: readonly V[] | undefined, found: (value: V) => void): void {
  if (values !== undefined) for (const value of values) found(value);
}
