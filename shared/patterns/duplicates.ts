import { type Draft, identityOf, type Matcher } from './matcher.ts';

/**
 * Returns the rules of `$or` that Event Ruler keeps. When a rule is added, Ruler checks whether the pattern already has
 * it. Ruler drops the rule if an earlier one overlaps it in every field, even if only in part: in {"$or": [{"a": ["x",
 * "y"]}, {"a": ["y", "z"]}]} the second branch is dropped and {"a": "z"} does not match. The states of earlier rules
 * decide whether rules overlap, so this code follows the same states.
 */
export function keptRules(rules: readonly Draft[]): Draft[] {
  if (rules.length < 2) return [...rules];
  const start = new State();
  return rules.filter((rule, id) => {
    const fields: Field[] = [...rule.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, matchers]) => ({ path, matchers: matchers.map(identify), states: new Set() }));
    if (addStep(start, fields, 0).size > 0) return false;
    fields.forEach(({ matchers, states }, index) => {
      for (const state of states)
        for (const { identity } of matchers) state.register(index === fields.length - 1, identity, id);
    });
    return true;
  });
}

interface Identified {
  readonly identity: string;
  /** An empty exclusion list makes no transition and leaves its successor unchanged. */
  readonly empty: boolean;
}

interface Field {
  readonly path: string;
  readonly matchers: readonly Identified[];
  readonly states: Set<State>;
}

function identify(matcher: Matcher): Identified {
  return {
    identity: identityOf(matcher),
    empty: matcher.kind === 'anything-but' && matcher.excluded.length === 0,
  };
}

class State {
  readonly #successors = new Map<string, Map<string, State>>();
  readonly #terminal = new Map<string, Set<number>>();
  readonly #inner = new Map<string, Set<number>>();

  successors(path: string): Map<string, State> {
    return getOrAdd(this.#successors, path, () => new Map());
  }

  register(terminal: boolean, identity: string, rule: number): void {
    getOrAdd(terminal ? this.#terminal : this.#inner, identity, () => new Set<number>()).add(rule);
  }

  /** The rules that reach this state through any of the matchers. */
  rulesOf(terminal: boolean, matchers: readonly Identified[]): Set<number> {
    const rules = terminal ? this.#terminal : this.#inner;
    return new Set(matchers.flatMap(({ identity }) => [...(rules.get(identity) ?? [])]));
  }
}

/**
 * Adds the states of a rule from its field at `index` on. It returns the earlier rules that Ruler takes for the same.
 */
function addStep(state: State, fields: readonly Field[], index: number): Set<number> {
  const field = fields[index];
  if (field === undefined) return new Set();
  const successors = state.successors(field.path);
  const reached = new Set<State>();
  let successor: State | undefined;
  for (const { identity, empty } of field.matchers) {
    successor = empty ? successor : (successors.get(identity) ?? successor ?? new State());
    if (successor === undefined) continue;
    if (!empty) successors.set(identity, successor);
    reached.add(successor);
    field.states.add(successor);
  }
  const terminal = index === fields.length - 1;
  let candidates = new Set<number>();
  let here = new Set<number>();
  for (const next of reached) {
    // As in Ruler, the last state decides when a field leads to several.
    candidates = terminal ? next.rulesOf(true, field.matchers) : addStep(next, fields, index + 1);
    if (!terminal && candidates.size > 0) here = next.rulesOf(false, field.matchers);
  }
  return terminal ? candidates : new Set([...candidates].filter((rule) => here.has(rule)));
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
