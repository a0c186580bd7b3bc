import { InvalidPatternError } from './errors.ts';
import type { Matcher } from './matcher.ts';
import { parseWildcard } from './wildcard.ts';

/** Which of Event Ruler's two compilers reads the pattern: see `draft` in compile.ts. */
export type Dialect = 'current' | 'legacy';

export function wildcardOf(text: string, path: string): Matcher {
  const parts = parseWildcard(text);
  if (typeof parts === 'string') throw new InvalidPatternError(path, `"wildcard": ${parts}`);
  return { kind: 'wildcard', parts };
}

export function stringOf(operand: unknown, operator: string, path: string): string {
  if (typeof operand === 'string') return operand;
  throw new InvalidPatternError(path, `"${operator}" takes a string`);
}

export function onlyEntry(entries: readonly (readonly [string, unknown])[], path: string): readonly [string, unknown] {
  const [entry, ...more] = entries;
  if (entry !== undefined && more.length === 0) return entry;
  throw new InvalidPatternError(path, 'an operator object has exactly one key; list alternatives as separate objects');
}
