import { isObject } from '#shared/objects.ts';
import { type Access, accessesOf } from './access.ts';
import { BoundRule } from './bound-rule.ts';
import type { CompiledPattern } from './compile.ts';
import { EventTree, type Slot } from './event-tree.ts';
import { LeafIndex } from './leaf-index.ts';

interface Candidate<T> {
  readonly rule: BoundRule;
  readonly target: T;
  /** The last event that tested this rule. An event that leads to the rule twice tests it only once. */
  triedFor: number;
}

/**
 * Finds the targets whose patterns match an event, among thousands, without testing each.
 *
 * One field of every rule is its access. Few leaves satisfy this field, and few rules share it. An exact value is the
 * best access. An event is read once, along the paths that rules use. Each of its leaves looks up the rules that have
 * it as their access, and only these rules are tested in full. A rule is always tested if an event without any of its
 * fields may match it.
 *
 * @example
 * const index = new PatternIndex<string>();
 * index.add(compilePattern({ 'detail-type': ['TaskRequested.v1'] }), 'calculator');
 * index.match({ 'detail-type': 'TaskRequested.v1', detail: {} }); // Set { 'calculator' }
 */
export class PatternIndex<T> {
  readonly #tree = new EventTree();
  readonly #access = new Map<Slot, LeafIndex<Candidate<T>>>();
  readonly #always = new Set<Candidate<T>>();
  readonly #undo = new Map<T, (() => void)[]>();
  #events = 0;

  /** The number of distinct targets. */
  get size(): number {
    return this.#undo.size;
  }

  /** Adds a target under a pattern. A target may have several patterns, and one match is enough. */
  add(pattern: CompiledPattern, target: T): void {
    const undo = this.#undo.get(target) ?? [];
    this.#undo.set(target, undo);
    for (const patternRule of pattern.rules) {
      const rule = new BoundRule(patternRule, this.#tree);
      for (const leave of this.#enter({ rule, target, triedFor: 0 })) undo.push(leave);
      undo.push(() => this.#release(rule));
    }
  }

  /** Removes a target with all of its patterns. An unknown target is ignored. */
  remove(target: T): void {
    for (const undo of this.#undo.get(target) ?? []) undo();
    this.#undo.delete(target);
  }

  /**
   * The targets with a pattern that matches, each once. The event is parsed JSON (by `parseJson`). A value that is
   * not a JSON object matches no pattern.
   */
  match(event: unknown): Set<T> {
    const matched = new Set<T>();
    if (!isObject(event)) return matched;
    this.#events += 1;
    const attempt = (candidate: Candidate<T>): void => {
      if (candidate.triedFor === this.#events) return;
      candidate.triedFor = this.#events;
      if (candidate.rule.matches()) matched.add(candidate.target);
    };
    try {
      for (const slot of this.#tree.read(event)) {
        const access = this.#access.get(slot);
        if (access !== undefined) for (const leaf of slot.leaves) access.find(leaf, attempt);
      }
      this.#always.forEach(attempt);
    } finally {
      this.#tree.clear();
    }
    return matched;
  }

  #enter(candidate: Candidate<T>): (() => void)[] {
    const best = this.#bestAccess(candidate.rule);
    if (best === undefined) {
      this.#always.add(candidate);
      return [() => this.#always.delete(candidate)];
    }
    const index = this.#access.get(best.slot) ?? new LeafIndex<Candidate<T>>();
    this.#access.set(best.slot, index);
    return best.access.keys.map((key) => index.add(key, candidate));
  }

  #release(rule: BoundRule): void {
    rule.release();
    for (const { slot } of rule.fields) if (slot.users === 0) this.#access.delete(slot);
  }

  /**
   * The access that the fewest events lead to: it is narrow, and few rules have it. Each doubling of the number of
   * rules that share a key weighs as much as one step of width, so that one value does not collect all rules.
   */
  #bestAccess(rule: BoundRule): { readonly slot: Slot; readonly access: Access } | undefined {
    let best: { slot: Slot; access: Access; cost: number } | undefined;
    for (const { field, slot } of rule.fields) {
      const index = this.#access.get(slot);
      for (const access of accessesOf(field)) {
        const shared = access.keys.reduce((most, key) => Math.max(most, index?.population(key) ?? 0), 0);
        const cost = access.width + Math.log2(1 + shared);
        if (best === undefined || cost < best.cost) best = { slot, access, cost };
      }
    }
    return best;
  }
}
