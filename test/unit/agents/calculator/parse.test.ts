import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { create, createParse, factory, type MathNode, parseDependencies } from 'mathjs/number';
import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { parse } from '#agents/calculator/parse.ts';

/** mathjs as it is, with all of its own nodes; only literals are exact here too. */
const { parse: parseWhole } = create({
  ...parseDependencies,
  numericDependencies: {
    createNumeric: factory('numeric', [], () => (text: string) => {
      if (!/^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) throw new Error(`no literal: ${text}`);
      return new Decimal(text);
    }),
  },
});

const tokens = [
  ...['+', '-', '*', '/', '^', '!', '(', ')', ',', '.', ' ', ' mod '],
  ...['1', '20', '0.5', '.5', '3.', '1e3', '2E-1', '0x1f', '1e', '007'],
  ...['pi', 'e', 'i', 'x_1', 'sqrt(', 'max(', 'a.b', 'a.b(', 'pi(', 'true', 'null', 'NaN', 'Infinity', 'undefined'],
  ...['in', ' to ', ' and ', ' not ', ' or ', ' xor ', 'end', 'α'],
];
const expressions = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...tokens.slice(0, 22)) }, fc.constantFrom(...tokens)), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join(''))
  .filter((text) => text.trim() !== '');

test('the tree is the one that mathjs itself makes, and so is the error', () => {
  const seen = { trees: 0, errors: 0 };
  fc.assert(
    fc.property(expressions, (text) => {
      const [ours, whole] = [outcome(() => parse(text)), outcome(() => parseWhole(text.trimEnd()))];
      expect(ours).toEqual(whole);
      seen['tree' in ours ? 'trees' : 'errors']++;
    }),
    { numRuns: 3000 },
  );
  expect(seen.trees).toBeGreaterThan(100);
  expect(seen.errors).toBeGreaterThan(100);
});

test.each([
  '2 + 3 * 4 ^ -5!',
  'max(1, sqrt(2), pi)',
  '2(3)',
  '2 pi',
  '-2^2',
  'a.b(2)',
  'a.mod',
  '(1)(2)',
  '1/2x',
  ' 7',
])('%s', (text) => {
  expect(outcome(() => parse(text))).toEqual(outcome(() => parseWhole(text)));
  expect(outcome(() => parse(text))).toHaveProperty('tree');
});

test('what a bundle takes in place of mathjs is its parser', async () => {
  const root = join(import.meta.dirname, '../../../..');
  const { custom } = parseYaml(readFileSync(join(root, 'serverless.yml'), 'utf8'), { logLevel: 'silent', merge: true });
  const bundled = await import(join(root, custom.esbuild.alias['mathjs/number']));
  expect(bundled.createParse).toBe(createParse);
});

function outcome(read: () => unknown): { tree: unknown } | { error: string } {
  try {
    return { tree: plain(read() as MathNode) };
  } catch (error) {
    const { cause, message } = error as Error;
    return { error: literalAside(cause instanceof Error ? cause.message : message) };
  }
}

/** Each side words a wrong literal in its own way. */
function literalAside(message: string): string {
  const literal = /^no literal: (.*)$/.exec(message)?.[1] ?? /^"(.*)" is not a decimal number/.exec(message)?.[1];
  return literal === undefined ? message : `no literal: ${literal}`;
}

/** What the calculator reads of a node. */
function plain(node: MathNode): unknown {
  const { type, args, fn, value, name, op, implicit, content } = node as unknown as Record<string, unknown>;
  return {
    type,
    ...(value !== undefined && { value: String(value) }),
    ...(name !== undefined && fn === undefined && { name }),
    ...(op !== undefined && { op, implicit }),
    ...(fn !== undefined && { fn: typeof fn === 'string' ? fn : plain(fn as MathNode) }),
    ...(args !== undefined && { args: (args as MathNode[]).map(plain) }),
    ...(content !== undefined && { content: plain(content as MathNode) }),
  };
}
