import { isObject } from '#shared/objects.ts';
import { BoundRule } from './bound-rule.ts';
import type { CompiledPattern } from './compile.ts';
import { EventTree } from './event-tree.ts';

interface Bound {
  readonly tree: EventTree;
  readonly rules: readonly BoundRule[];
}

const bound = new WeakMap<CompiledPattern, Bound>();

/**
 * Whether one pattern matches one event, given as parsed JSON (by `parseJson`). A value that is not a JSON object
 * matches no pattern. Use PatternIndex to match each event against many patterns.
 */
export function matches(pattern: CompiledPattern, event: unknown): boolean {
  if (!isObject(event)) return false;
  const { tree, rules } = boundOf(pattern);
  try {
    tree.read(event);
    return rules.some((rule) => rule.matches());
  } finally {
    tree.clear();
  }
}

function boundOf(pattern: CompiledPattern): Bound {
  const known = bound.get(pattern);
  if (known !== undefined) return known;
  const tree = new EventTree();
  const made = { tree, rules: pattern.rules.map((rule) => new BoundRule(rule, tree)) };
  bound.set(pattern, made);
  return made;
}
