/**
 * Bytes of bodies that one read takes into memory. A body may be as large as a request of the gateway (4 MB by default),
 * so a number of rows alone is no bound.
 */
export const MAX_PAGE_BYTES = 4 * 1024 * 1024;

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** True: the bytes ended the page, so more rows may follow. */
  readonly isCut: boolean;
}

/**
 * Reads rows until their bodies have `maxBytes`. The row that reaches this number is the last, so a larger row passes
 * alone. Stops the statement there. Use it instead of `.all()` for rows with bodies.
 */
export function readPage<Row>(
  rows: Iterable<unknown>,
  bytesOf: (row: Row) => number,
  maxBytes = MAX_PAGE_BYTES,
): Page<Row> {
  const page: Row[] = [];
  let bytes = 0;
  for (const row of rows as Iterable<Row>) {
    page.push(row);
    bytes += bytesOf(row);
    if (bytes >= maxBytes) return { rows: page, isCut: true };
  }
  return { rows: page, isCut: false };
}
