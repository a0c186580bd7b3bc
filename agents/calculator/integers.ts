import { Decimal } from 'decimal.js';
import { CalculationError } from './errors.ts';
import { format } from './format.ts';
import {
  Exact,
  exactDigits,
  lastPlace,
  outOfRange,
  type Quantity,
  quantity,
  settled,
  trustedDigits,
  whole,
} from './quantity.ts';

const maxFactorial = 1000;
const maxRoundingPlaces = 100;

export function toInteger(of: Quantity, rounding: Decimal.Rounding): Quantity {
  const value = settled(of);
  return afterRounding(of, value.toDecimalPlaces(0, rounding));
}

/** Halves go away from zero, in decimal: round(2.675, 2) is 2.68. */
export function round(of: Quantity, places: Quantity = whole(0)): Quantity {
  const count = settled(places);
  if (!count.isInteger() || count.lt(0) || count.gt(maxRoundingPlaces)) {
    throw new CalculationError(
      'BAD_ARGUMENT',
      `round(x, n) takes a whole n from 0 to ${maxRoundingPlaces}, not ${format(places)}.`,
    );
  }
  if (count.isZero()) return toInteger(of, Decimal.ROUND_HALF_UP);
  return afterRounding(of, settled(of).toDecimalPlaces(count.toNumber(), Decimal.ROUND_HALF_UP));
}

/** Throws NOT_REAL for what has no factorial, and OUT_OF_RANGE before a large one is worked out. */
export function factorial(of: Quantity): Quantity {
  const n = settled(of);
  if (!n.isInteger() || n.isNeg()) {
    throw new CalculationError('NOT_REAL', `Only whole numbers from 0 have a factorial, not ${format(of)}.`);
  }
  if (n.gt(maxFactorial)) throw outOfRange(`The factorial is worked out up to ${maxFactorial}`);
  let product = 1n;
  for (let factor = 2n; factor <= n.toNumber(); factor++) product *= factor;
  return whole(product);
}

export function greatestCommonDivisor(...all: Quantity[]): Quantity {
  return whole(all.map((each) => bigInteger('gcd', each)).reduce(euclid, 0n));
}

export function leastCommonMultiple(...all: Quantity[]): Quantity {
  let multiple = 1n;
  for (const each of all) {
    const next = bigInteger('lcm', each);
    if (next === 0n) return whole(0);
    multiple = (multiple / euclid(multiple, next)) * next;
    // Two factors of bounded size cannot pass it by much, so it stays small in memory too.
    if (multiple > largest) throw outOfRange(`lcm is worked out up to ${exactDigits} digits`);
  }
  return whole(multiple);
}

const largest = 10n ** BigInt(exactDigits);

function euclid(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

function bigInteger(name: string, of: Quantity): bigint {
  const value = settled(of);
  if (!value.isInteger()) {
    throw new CalculationError('BAD_ARGUMENT', `${name} takes whole numbers only, not ${format(of)}.`);
  }
  if (value.e >= exactDigits) throw outOfRange(`${name} takes numbers of up to ${exactDigits} digits`);
  return BigInt(new Exact(value).abs().toFixed(0));
}

/** Rounded to few digits, all of them trusted, an inexact number gives an exact one: floor(pi) is 3, and round(pi, 30) shows 30. */
function afterRounding(of: Quantity, value: Decimal): Quantity {
  return quantity(value, of.exact || value.e - lastPlace(value) < trustedDigits - 10);
}
