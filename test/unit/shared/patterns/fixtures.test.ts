import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type CompiledPattern,
  compilePattern,
  InvalidPatternError,
  matches,
  PatternIndex,
  parsePattern,
} from '#shared/patterns/index.ts';

interface Case {
  readonly name?: string;
  readonly pattern: unknown;
  readonly event: unknown;
  readonly expect: 'match' | 'no match' | 'invalid';
}

/** Verdicts of AWS's own rule engine, aws/event-ruler. */
const file = new URL('../../../fixtures/event-patterns.json', import.meta.url);
const cases: readonly Case[] = JSON.parse(readFileSync(file, 'utf8'));

function compileOrUndefined(compile: () => CompiledPattern): CompiledPattern | undefined {
  try {
    return compile();
  } catch (error) {
    if (error instanceof InvalidPatternError) return undefined;
    throw error;
  }
}

const verdict = (matched: boolean) => (matched ? 'match' : 'no match');

describe('the verdicts of Event Ruler', () => {
  const index = new PatternIndex<number>();
  const table = cases.map((each, number) => {
    const pattern = compileOrUndefined(() => compilePattern(each.pattern));
    if (pattern !== undefined) index.add(pattern, number);
    return {
      ...each,
      number,
      pattern,
      text: JSON.stringify(each.pattern),
      title: each.name ?? JSON.stringify(each.pattern),
    };
  });

  it('has all cases', () => {
    expect(table).toHaveLength(834);
  });

  it.each(table)('$number $title: $expect', ({ number, pattern, text, event, expect: expected }) => {
    const fromText = compileOrUndefined(() => parsePattern(text));
    expect(pattern === undefined ? 'invalid' : verdict(matches(pattern, event))).toBe(expected);
    expect(fromText === undefined ? 'invalid' : verdict(matches(fromText, event))).toBe(expected);
    if (pattern !== undefined) expect(verdict(index.match(event).has(number))).toBe(expected);
  });
});
