/**
 * Comparison without case, as in Event Ruler. Each UTF-16 unit of the pattern matches its lower-case and its upper-case
 * form. This is not symmetric ("ß" matches "SS", "ss" does not match "ß"), and the forms may differ in length.
 */
type Unit = readonly [lower: string, upper: string];

const SURROGATE = /^[\ud800-\udfff]$/;

function unitsOf(text: string): Unit[] {
  return Array.from({ length: text.length }, (_, i): Unit => {
    const unit = text.charAt(i);
    // Ruler encodes each half of a surrogate pair separately. In Java the result is a question mark.
    return SURROGATE.test(unit) ? ['?', '?'] : [unit.toLowerCase(), unit.toUpperCase()];
  });
}

export interface IgnoreCaseText {
  equals(value: string): boolean;
  startsWith(value: string): boolean;
  endsWith(value: string): boolean;
}

/** Prepares the text of a pattern for many values. For usual text, the time of a comparison is linear in the value. */
export function ignoreCase(text: string): IgnoreCaseText {
  const units = unitsOf(text);
  const backwards = units.toReversed();
  return {
    equals: (value) => advance(units, value, [0], after).includes(value.length),
    startsWith: (value) => advance(units, value, [0], after).length > 0,
    endsWith: (value) => advance(backwards, value, [value.length], before).length > 0,
  };
}

type Step = (value: string, position: number, form: string) => number | undefined;

const after: Step = (value, position, form) => (value.startsWith(form, position) ? position + form.length : undefined);

const before: Step = (value, position, form) =>
  value.endsWith(form, position) && position >= form.length ? position - form.length : undefined;

/** Every position that is reachable with one form of each unit. A set of positions replaces backtracking. */
function advance(units: readonly Unit[], value: string, start: readonly number[], step: Step): readonly number[] {
  let positions = start;
  for (const [lower, upper] of units) {
    const next: number[] = [];
    for (const position of positions) {
      for (const form of lower === upper ? [lower] : [lower, upper]) {
        const reached = step(value, position, form);
        if (reached !== undefined && !next.includes(reached)) next.push(reached);
      }
    }
    if (next.length === 0) return next;
    positions = next;
  }
  return positions;
}
