import { table } from '../table.ts';
import type { PackagedFunction } from './packaged.ts';

/**
 * The largest size of the minified bundle of a function, in bytes. A cold function reads, parses and runs its bundle
 * before its first answer. A bundle above its limit most likely contains a whole library of which it needs a part. The
 * gateway contains everything that the other functions contain. The calculator contains mathjs, whose numbers, parser
 * and typed functions have 300 KB.
 */
const LIMIT = 730_000;
const limits: ReadonlyMap<string, number> = new Map([
  ['gateway', 1_500_000],
  ['calculator', 1_060_000],
]);

/** A table of the sizes of all functions. */
export function sizesTable(functions: readonly PackagedFunction[]): string {
  return table(
    ['function', 'bundle KB', 'limit KB', 'package KB'],
    functions.map(({ name, module, files }) => {
      const packed = files.reduce((sum, file) => sum + file.packed, 0);
      return [name, kilobytes(sizeOf(files, module)), kilobytes(limitOf(name)), kilobytes(packed)];
    }),
  );
}

/** The bundles that are too large, and the files that a package should not contain. */
export function problemsOf(functions: readonly PackagedFunction[]): string[] {
  return functions.flatMap(({ name, module, files }) => {
    const size = sizeOf(files, module);
    const others = files.map((file) => file.name).filter((other) => other !== module);
    return [
      ...(size > limitOf(name)
        ? [
            `The bundle of ${name} has ${size} bytes, more than ${limitOf(name)}: see what it imports, and whether it needs all of that.`,
          ]
        : []),
      ...(others.length > 0 ? [`The package of ${name} holds more than its bundle: ${others.join(', ')}.`] : []),
    ];
  });
}

function limitOf(name: string): number {
  return limits.get(name) ?? LIMIT;
}

function sizeOf(files: PackagedFunction['files'], module: string): number {
  return files.find(({ name }) => name === module)?.size ?? 0;
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}
