import { expect, test } from 'vitest';
import { evaluate } from '#agents/calculator/evaluate.ts';
import { TaskRejected } from '#shared/agent/index.ts';

test.each([
  ['(3 + 4) * 5 - 2^3', '27'],
  ['0.1 + 0.2', '0.3'],
  ['1.1 * 1.1', '1.21'],
  ['-2^2', '-4'],
  ['2^3^2', '512'],
  ['2^-1', '0.5'],
  ['1/3', '0.33333333333333333333'],
  ['1/3 * 3', '1'],
  ['2^0.5', '1.4142135623730950488'],
  ['sqrt(2)^2', '2'],
  ['sqrt(2)^2 - 2', '0'],
  ['sin(pi)', '0'],
  ['-7 % 3', '2'],
  ['7 mod 3', '1'],
  ['25!', '15511210043330985984000000'],
  ['9007199254740993 + 1', '9007199254740994'],
  ['1e400', '1e+400'],
  ['round(2.675, 2)', '2.68'],
  ['log(8, 2) + log10(1000)', '6'],
  ['max(1, 3) * min(2, 4)', '6'],
  ['cbrt(-8)', '-2'],
  ['2 × 3 ÷ 4 − 1', '0.5'],
])('%s is %s', (expression, result) => {
  expect(evaluate(expression)).toBe(result);
});

test.each([
  ['1/0', 'Division by zero has no result.'],
  ['5 % 0', 'Modulo by zero has no result.'],
  ['0^-1', 'not finite'],
  ['sqrt(-1)', 'not a real number'],
  ['(-8)^(1/3)', 'not a real number'],
  ['2.5!', 'Integer'],
  [' ', 'no expression'],
  ['2 +', 'Unexpected end'],
  ['sqrt()', 'Too few arguments'],
  ['sqrt', 'not an arithmetic expression'],
  ['hello', '"hello" is not a number'],
  ['2 pi', 'operator is missing'],
  ['5 cm', 'operator is missing'],
  ['x = 3', 'Only numbers'],
  ['"a"', 'Only numbers'],
  ['[1, 2]', 'Only numbers'],
  ['1 < 2', 'Only numbers'],
  ['true', 'Only numbers'],
])('%s is rejected: %s', (expression, reason) => {
  expect(rejectionOf(expression)).toContain(reason);
});

const hostile: [what: string, expression: string][] = [
  ...'import createUnit evaluate parse compile simplify derivative resolve reviver unit config constructor'
    .split(' ')
    .map((name): [string, string] => [name, `${name}("1")`]),
  ['a property', 'cos.constructor("return 1")()'],
  ['a function behind a property', 'abs.sqrt(4)'],
  ['a definition', 'f(x) = x'],
  ['a tower of powers', '9^9^9^9'],
  ['a longer tower', `${'2^'.repeat(200)}2`],
  ['a large factorial', '99999999!'],
  ['a factorial of a factorial', '((9!)!)!'],
  ['a huge angle', 'sin(1e1000)'],
  ['a million characters', `${'1+'.repeat(500_000)}1`],
  ['open parentheses', '('.repeat(499)],
];
test.each(hostile)('%s is rejected', (_, expression) => {
  expect(rejectionOf(expression)).not.toBe('');
});

test('deep nesting at the bound is calculated', () => {
  expect(evaluate(`${'('.repeat(240)}1${')'.repeat(240)}`)).toBe('1');
  expect(evaluate(`${'7 % (9 + '.repeat(49)}4${')'.repeat(49)}`)).toBe('7');
});

test('an expression that fails leaves the next one exact', () => {
  rejectionOf('sin(1e1000)');
  expect(evaluate('round(2.675, 2)')).toBe('2.68');
  expect(evaluate('log(8, 2)')).toBe('3');
});

function rejectionOf(expression: string): string {
  try {
    evaluate(expression);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(TaskRejected);
    return (error as TaskRejected).message;
  }
}
