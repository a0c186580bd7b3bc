export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Of the line with the least squares through the points; 0 for a single one. */
export function slopeOf(points: readonly Point[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map((point) => point.x));
  const y = mean(points.map((point) => point.y));
  let above = 0;
  let below = 0;
  for (const point of points) {
    above += (point.x - x) * (point.y - y);
    below += (point.x - x) ** 2;
  }
  return below === 0 ? 0 : above / below;
}

/** @throws RangeError when there is nothing to tell of. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) throw new RangeError('no values');
  return { min, median: quantileOf(sorted, 0.5), max };
}

/** The value below which a share of the sorted values lies, between two of them in proportion. */
export function quantileOf(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)];
  const above = sorted[Math.ceil(at)];
  if (below === undefined || above === undefined) throw new RangeError('no values');
  return below + (above - below) * (at - Math.floor(at));
}
