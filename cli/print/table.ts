import { stripVTControlCharacters } from 'node:util';
import { print } from './output.ts';
import { dim } from './text.ts';

/** Prints rows in columns under a heading. Colours take no room. */
export function printTable(heading: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = heading.map((name, column) => Math.max(name.length, ...rows.map((row) => widthOf(row[column] ?? ''))));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd();
  print(dim(line(heading)));
  for (const row of rows) print(line(row));
}

function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
