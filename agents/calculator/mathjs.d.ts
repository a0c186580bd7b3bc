import type { Decimal } from 'decimal.js';
// By another name, as mathjs exports a MathNode of its own, which comes first within its module.
import type { MathNode as Tree } from './nodes.ts';

/** What mathjs's own types leave out: the factory of the parser, with the parts that it takes. */
declare module 'mathjs/number' {
  export function createParse(parts: {
    readonly config: { readonly number: 'number' };
    readonly typed: unknown;
    readonly numeric: (literal: string) => Decimal;
    readonly [node: `${string}Node`]: unknown;
  }): (expression: string) => Tree;
}
