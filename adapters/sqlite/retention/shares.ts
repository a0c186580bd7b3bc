/** The bytes of one holder in the store. */
export interface Holding {
  readonly bytes: number;
  /** The part that may be deleted. */
  readonly deletable: number;
}

/** The bytes that holders have to give, by their names. */
export type Quotas = ReadonlyMap<string, number>;

export function hasRoom(quotas: Quotas): boolean {
  for (const bytes of quotas.values()) if (bytes > 0) return true;
  return false;
}

/**
 * How many bytes each holder should give, so that all together give `excess`. The largest holders give first, until they
 * hold as much as the next one. So a holder gives nothing while it has less than an equal share of what is left.
 *
 * @param bytes what each holder has
 */
export function sharesOf(bytes: readonly number[], excess: number): readonly number[] {
  const given = (level: number) => bytes.map((each) => Math.max(0, each - level));
  let low = 0;
  let high = Math.max(0, ...bytes);
  // Halving finds the highest level that frees enough. It ends at one byte.
  while (high - low > 1) {
    const level = (low + high) / 2;
    if (sum(given(level)) >= excess) low = level;
    else high = level;
  }
  return given(low);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
