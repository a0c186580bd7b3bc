import { StarlingError } from '#shared/errors.ts';

/** The page and the tables have different markers. */
export class MarkersError extends StarlingError {
  constructor(problem: string) {
    super('COST_MARKERS', `docs/cost.md: ${problem}. A table stands between <!-- name --> and <!-- /name -->.`);
  }
}

const marked = /<!-- ([a-z-]+) -->\n[\s\S]*?<!-- \/\1 -->/g;

/**
 * Returns the page with each table between its markers.
 *
 * @throws MarkersError if a table has no markers, or markers have no table.
 */
export function filled(page: string, tables: ReadonlyMap<string, string>): string {
  const left = new Set(tables.keys());
  const text = page.replaceAll(marked, (_, name: string) => {
    const table = tables.get(name);
    if (table === undefined) throw new MarkersError(`there is no table for the markers ${name}`);
    left.delete(name);
    return `<!-- ${name} -->\n${table}\n<!-- /${name} -->`;
  });
  if (left.size > 0) throw new MarkersError(`there are no markers for ${[...left].join(', ')}`);
  return text;
}
