// biome-ignore format: a list of names
// biome-ignore assist/source/organizeImports: a list of names
import {
  parseDependencies, piDependencies, tauDependencies, eDependencies, absDependencies, ceilDependencies,
  floorDependencies, roundDependencies, signDependencies, sqrtDependencies, cbrtDependencies, expDependencies,
  logDependencies, log10Dependencies, log2Dependencies, powDependencies, modDependencies, factorialDependencies,
  minDependencies, maxDependencies, sinDependencies, cosDependencies, tanDependencies, asinDependencies,
  acosDependencies, atanDependencies, addDependencies, subtractDependencies, multiplyDependencies, divideDependencies,
  unaryMinusDependencies, unaryPlusDependencies,
  type BigNumber, create, type FactoryFunctionMap, type MathNode,
} from 'mathjs';
import { TaskRejected } from '#shared/agent/index.ts';

/** Characters. The limit also bounds the nesting, and so the recursion of the parser. */
const MAX_LENGTH = 500;
const MAX_FACTORIAL = 1_000;
/** Significant digits of each step. Fewer are shown, because rounding may spoil the last ones. */
const PRECISION = 64;
const INTEGER_DIGITS = 50;
const FRACTION_DIGITS = 20;

const constants = new Set(['pi', 'tau', 'e']);
const operators = new Set('add subtract multiply divide mod pow factorial unaryMinus unaryPlus'.split(' '));
const functions = new Set(
  'abs ceil floor round sign sqrt cbrt exp log log10 log2 pow mod factorial min max sin cos tan asin acos atan'.split(
    ' ',
  ),
);

// The list omits the functions that mathjs warns about (import, evaluate, simplify …).
// Source: https://mathjs.org/docs/expressions/security.html
// biome-ignore format: a list of names
const parts = {
  parseDependencies, piDependencies, tauDependencies, eDependencies, absDependencies, ceilDependencies,
  floorDependencies, roundDependencies, signDependencies, sqrtDependencies, cbrtDependencies, expDependencies,
  logDependencies, log10Dependencies, log2Dependencies, powDependencies, modDependencies, factorialDependencies,
  minDependencies, maxDependencies, sinDependencies, cosDependencies, tanDependencies, asinDependencies,
  acosDependencies, atanDependencies, addDependencies, subtractDependencies, multiplyDependencies, divideDependencies,
  unaryMinusDependencies, unaryPlusDependencies,
};
/** `predictable`: no complex numbers. The square root of -1 is NaN. */
const math = create(parts as FactoryFunctionMap, { number: 'BigNumber', precision: PRECISION, predictable: true });
const { divide, mod, factorial } = math;
math.import(
  {
    divide: (a: BigNumber, b: BigNumber) => divide(a, notZero(b, 'Division')),
    mod: (a: BigNumber, b: BigNumber) => mod(a, notZero(b, 'Modulo')),
    factorial: (n: BigNumber) => {
      if (n.gt(MAX_FACTORIAL)) throw new TaskRejected(`A factorial is calculated up to ${MAX_FACTORIAL}!.`);
      return factorial(n);
    },
  },
  { override: true },
);

/**
 * Calculates an arithmetic expression in real numbers. Returns the result as text.
 *
 * @example evaluate('(3 + 4) * 5 - 2^3') // '27'
 * @throws TaskRejected
 */
export function evaluate(expression: string): string {
  if (expression.trim() === '') throw new TaskRejected('There is no expression. Send one, such as (3 + 4) * 5.');
  if (expression.length > MAX_LENGTH) throw new TaskRejected(`An expression has at most ${MAX_LENGTH} characters.`);
  // An attack: the parser tries `%` as modulo and as per cent, so n nested `%` take 2^n steps. It reads `mod` once.
  const text = expression.replace(/[×·]/g, '*').replace(/÷/g, '/').replace(/−/g, '-').replace(/%/g, ' mod ');
  // When a function of decimal.js fails on a too large number, its changed precision and rounding remain. Reset both.
  (math.bignumber(0).constructor as unknown as { set(options: object): void }).set({
    precision: PRECISION,
    rounding: 4,
  });
  try {
    const tree = math.parse(text);
    tree.traverse(check);
    return format(tree.evaluate());
  } catch (error) {
    if (error instanceof TaskRejected) throw error;
    if (error instanceof RangeError) throw new TaskRejected('The expression is nested too deeply.', { cause: error });
    throw new TaskRejected(`This cannot be calculated: ${(error as Error).message}`, { cause: error });
  }
}

/** Accepts only arithmetic. Rejects properties, texts, assignments, units, and functions that are not on the lists. */
function check(node: MathNode): void {
  const { type, name, fn, value, implicit } = node as MathNode &
    Partial<Record<'name' | 'value' | 'fn' | 'implicit', unknown>>;
  if (implicit) throw new TaskRejected('An operator is missing between two values: write 2 * pi, not 2 pi.');
  if (type === 'SymbolNode' && !constants.has(name as string) && !functions.has(name as string)) {
    throw new TaskRejected(`"${name}" is not a number, constant (pi, tau, e) or function of the calculator.`);
  }
  const isArithmetic =
    type === 'ParenthesisNode' ||
    type === 'SymbolNode' ||
    (type === 'ConstantNode' && math.typeOf(value) === 'BigNumber') ||
    (type === 'OperatorNode' && operators.has(fn as string)) ||
    (type === 'FunctionNode' && functions.has(name as string));
  if (!isArithmetic)
    throw new TaskRejected('Only numbers, + - * / ^ % !, parentheses and functions can be calculated.');
}

function notZero(divisor: BigNumber, what: string): BigNumber {
  if (divisor.isZero()) throw new TaskRejected(`${what} by zero has no result.`);
  return divisor;
}

/** `27`, `0.3`, `0.33333333333333333333`, `1e+400`. Digits after the 50th place are rounding noise. */
function format(value: unknown): string {
  if (math.typeOf(value) !== 'BigNumber') throw new TaskRejected('This is not an arithmetic expression.');
  const number = value as BigNumber;
  if (number.isNaN()) throw new TaskRejected('The result is not a real number.');
  if (!number.isFinite()) throw new TaskRejected('The result is not finite, or too large.');
  const rounded = number.toDecimalPlaces(INTEGER_DIGITS).toSignificantDigits(INTEGER_DIGITS);
  if (rounded.isZero()) return '0';
  const shown = rounded.isInteger() ? rounded : rounded.toSignificantDigits(FRACTION_DIGITS);
  return shown.isInteger() && shown.e < INTEGER_DIGITS ? shown.toFixed() : shown.toString();
}
