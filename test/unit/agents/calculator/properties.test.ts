import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CalculationError } from '#agents/calculator/errors.ts';
import { evaluate } from '#agents/calculator/evaluate.ts';
import { constants, functions } from '#agents/calculator/functions.ts';

/** An expression and what BigInt, a calculation that shares nothing with ours, makes of it. */
type Sum = { text: string; value: bigint };

const { expression } = fc.letrec<{ expression: Sum }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.bigInt({ min: 0n, max: 10n ** 30n }).map((value) => ({ text: value.toString(), value })),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => binary(a, '+', b, a.value + b.value)),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => binary(a, '-', b, a.value - b.value)),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => binary(a, '*', b, a.value * b.value)),
    fc
      .tuple(tie('expression'), tie('expression'))
      .filter(([, b]) => b.value !== 0n)
      .map(([a, b]) => binary(a, '%', b, flooredRemainder(a.value, b.value))),
    fc.tuple(tie('expression'), fc.integer({ min: 0, max: 3 })).map(([a, n]) => ({
      text: `(${a.text})^${n}`,
      value: a.value ** BigInt(n),
    })),
    tie('expression').map((a) => ({ text: `-(${a.text})`, value: -a.value })),
  ),
}));

test('whole numbers are exact', () => {
  fc.assert(
    fc.property(
      expression.filter(({ text, value }) => text.length <= 1000 && value.toString().length <= 399),
      ({ text, value }) => {
        expect(evaluate(text)).toBe(value.toString());
      },
    ),
    { numRuns: 500 },
  );
});

test('sums and products of decimals are exact', () => {
  const scaled = fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n });
  fc.assert(
    fc.property(scaled, scaled, (a, b) => {
      expect(evaluate(`(${decimal(a, 6)}) + (${decimal(b, 6)})`)).toBe(decimal(a + b, 6));
      expect(evaluate(`(${decimal(a, 6)}) * (${decimal(b, 6)})`)).toBe(decimal(a * b, 12));
    }),
  );
});

test('a quotient multiplied by its divisor is what was divided', () => {
  const number = fc.bigInt({ min: 1n, max: 10n ** 12n });
  fc.assert(
    fc.property(number, number, (a, b) => {
      expect(evaluate(`${a} / ${b} * ${b}`)).toBe(a.toString());
      expect(evaluate(`${a} / ${b} * ${b} - ${a}`)).toBe('0');
      expect(evaluate(`floor(${a} / ${b} * ${b})`)).toBe(a.toString());
    }),
  );
});

const inDoubles: [name: string, calculate: (x: number) => number, least: number, most: number][] = [
  ['sqrt', Math.sqrt, 0, 1e9],
  ['cbrt', Math.cbrt, -1e9, 1e9],
  ['exp', Math.exp, -20, 20],
  ['ln', Math.log, 0.001, 1e9],
  ['log10', Math.log10, 0.001, 1e9],
  ['log2', Math.log2, 0.001, 1e9],
  ['sin', Math.sin, -20, 20],
  ['cos', Math.cos, -20, 20],
  ['tan', Math.tan, -1.5, 1.5],
  ['asin', Math.asin, -0.99, 0.99],
  ['acos', Math.acos, -0.99, 0.99],
  ['atan', Math.atan, -1e6, 1e6],
  ['sinh', Math.sinh, -20, 20],
  ['cosh', Math.cosh, -20, 20],
  ['tanh', Math.tanh, -20, 20],
  ['asinh', Math.asinh, -1e6, 1e6],
  ['acosh', Math.acosh, 1.01, 1e6],
  ['atanh', Math.atanh, -0.999, 0.999],
];

test.each(inDoubles)('%s agrees with doubles', (name, calculate, least, most) => {
  fc.assert(
    fc.property(fc.double({ min: least, max: most, noNaN: true }), (x) => {
      const expected = calculate(x);
      expect(Math.abs(Number(evaluate(`${name}(${x})`)) - expected)).toBeLessThanOrEqual(
        1e-9 * Math.max(1, Math.abs(expected)),
      );
    }),
    { numRuns: 60 },
  );
});

test('whatever is sent, the answer is a number or a CalculationError', () => {
  const word = fc.constantFrom(
    ...functions.keys(),
    ...constants.keys(),
    'mod',
    'to',
    'in',
    'not',
    'true',
    'end',
    'i',
    'x',
  );
  const symbol = fc.constantFrom(...'+-*/^%!(),.;:=<>?[]{}"\'#&|~@$ \n×÷−');
  const number = fc.constantFrom(
    '0',
    '1',
    '2',
    '0.5',
    '10',
    '1e9',
    '1e400',
    '1e9999',
    '1e-9999',
    '1e99999',
    '0x1',
    '.',
    '3.',
  );
  const token = fc.oneof(
    { weight: 4, arbitrary: number },
    { weight: 3, arbitrary: word },
    { weight: 6, arbitrary: symbol },
  );
  const call = fc
    .tuple(fc.constantFrom(...functions.keys()), fc.array(number, { minLength: 0, maxLength: 3 }))
    .map(([name, args]) => `${name}(${args.join(',')})`);
  const calls = fc.array(call, { minLength: 1, maxLength: 3 }).map((all) => all.join('^'));
  const tokens = fc.array(token, { maxLength: 20 }).map((all) => all.join(''));
  const any = fc.oneof(
    tokens,
    calls,
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
  );
  fc.assert(fc.property(any, endsWell), { numRuns: 3000 });
});

function endsWell(text: string): void {
  try {
    expect(evaluate(text)).toMatch(/^-?\d+(\.\d+)?(e[+-]\d+)?$/);
  } catch (error) {
    if (!(error instanceof CalculationError)) throw error;
    expect(error.message.length).toBeGreaterThan(10);
  }
}

function binary(a: Sum, operator: string, b: Sum, value: bigint): Sum {
  return { text: `(${a.text}) ${operator} (${b.text})`, value };
}

function flooredRemainder(a: bigint, b: bigint): bigint {
  const remainder = a % b;
  return remainder !== 0n && remainder < 0n !== b < 0n ? remainder + b : remainder;
}

/** `scaled` / 10^places as the calculator writes it. */
function decimal(scaled: bigint, places: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(places + 1, '0');
  const text = `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
  return scaled < 0n ? `-${text}` : text;
}
