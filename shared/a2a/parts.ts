import type { Part } from './types.ts';

/**
 * The texts among the parts, joined by line ends.
 *
 * @example
 * textOf([{ text: 'one' }, { data: { two: 2 } }, { text: 'three' }]); // 'one\nthree'
 */
export function textOf(parts: readonly Part[]): string {
  const texts: string[] = [];
  for (const part of parts) if ('text' in part && typeof part.text === 'string') texts.push(part.text);
  return texts.join('\n');
}

/** The first data among the parts; undefined without a data part. The parts of a call of a skill carry its params so. */
export function dataOf(parts: readonly Part[]): unknown {
  return parts.find((part) => 'data' in part)?.data;
}
