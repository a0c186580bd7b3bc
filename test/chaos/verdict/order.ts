/**
 * Whether places 0 to `count - 1` were given in order: each is either the one behind the last, or an earlier one that is
 * given again, after which those behind it follow again. Nothing is skipped, and in the end all were given.
 *
 * @returns what is wrong
 */
export function orderProblem(given: readonly number[], count: number): string | undefined {
  let last = -1;
  let furthest = -1;
  for (const place of given) {
    if (place < 0) return 'something was given that is not there';
    if (place > last + 1) return `${place} came after ${last}`;
    last = place;
    furthest = Math.max(furthest, place);
  }
  return furthest + 1 === count ? undefined : `of ${count} the last were never given, from ${furthest + 1} on`;
}
