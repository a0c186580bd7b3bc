import { addressDigitsOf } from './field-test.ts';
import { IntervalIndex } from './interval-index.ts';
import type { Leaf } from './leaf.ts';
import { PrefixTrie } from './prefix-trie.ts';
import { SubstringIndex } from './substring-index.ts';

/** What leaves may satisfy a matcher: a necessary condition that can be looked up, not the matcher's own test. */
export type Key =
  | { readonly kind: 'is'; readonly value: Leaf }
  | { readonly kind: TextKeyKind; readonly text: string; readonly ignoreCase: boolean }
  | { readonly kind: 'between'; readonly low: number; readonly high: number }
  | { readonly kind: 'address'; readonly digits: string }
  | { readonly kind: 'any' };

export type TextKeyKind = 'equals' | 'begins' | 'ends' | 'contains';

/** Values by the key that a leaf must meet: which of thousands can match is looked up, not tried. */
export class LeafIndex<V> {
  readonly #exact = new Map<Leaf, Set<V>>();
  readonly #texts = new TextIndex<V>();
  readonly #folded = new TextIndex<V>();
  readonly #between = new IntervalIndex<V>();
  readonly #addresses = new PrefixTrie<V>();
  readonly #any = new Set<V>();

  /** Adds a value and returns what takes it out again. */
  add(key: Key, value: V): () => void {
    switch (key.kind) {
      case 'is':
        return addTo(this.#exact, key.value, value);
      case 'between':
        return this.#between.add(key.low, key.high, value);
      case 'address':
        return this.#addresses.add(key.digits, value);
      case 'any':
        this.#any.add(value);
        return () => this.#any.delete(value);
      default:
        return key.ignoreCase
          ? this.#folded.add(key.kind, key.text.toLowerCase(), value)
          : this.#texts.add(key.kind, key.text, value);
    }
  }

  /** How many values already have the key, as far as that is cheap to tell. */
  population(key: Key): number {
    return key.kind === 'is' ? (this.#exact.get(key.value)?.size ?? 0) : 0;
  }

  /** Calls back for every value whose key the leaf meets, perhaps more than once. */
  find(leaf: Leaf, found: (value: V) => void): void {
    this.#exact.get(leaf)?.forEach(found);
    if (this.#any.size > 0) this.#any.forEach(found);
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
  readonly #equals = new Map<string, Set<V>>();
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

  find(text: string, found: (value: V) => void): void {
    if (this.#equals.size > 0) this.#equals.get(text)?.forEach(found);
    if (!this.#begins.isEmpty) this.#begins.find(text, found);
    if (!this.#ends.isEmpty) this.#ends.find(text, found);
    if (!this.#contains.isEmpty) this.#contains.find(text, found);
  }
}

function addTo<K, V>(map: Map<K, Set<V>>, key: K, value: V): () => void {
  const values = map.get(key) ?? new Set<V>();
  map.set(key, values.add(value));
  return () => {
    if (values.delete(value) && values.size === 0) map.delete(key);
  };
}
