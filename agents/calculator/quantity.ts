import { Decimal } from 'decimal.js';
import { CalculationError } from './errors.ts';

/** Significant digits of + - * / and whole powers: enough for an integer of 400 digits, cheap enough for hundreds of operations. */
export const exactDigits = 420;
/** Significant digits of what has endless ones: logarithms, powers with a fraction, trigonometry. */
const realDigits = 80;
/** What is trusted of an inexact number. The 30 digits between absorb the error that operations add up. */
export const trustedDigits = 50;
/** Numbers from 1e-9999 to just under 1e10000; a bound on magnitude is what keeps 9^9^9^9 from being worked out. */
export const maxExponent = 9999;

const settings = { rounding: Decimal.ROUND_HALF_UP, modulo: Decimal.ROUND_FLOOR } as const;
export const Exact = Decimal.clone({ ...settings, precision: exactDigits });
export const Real = Decimal.clone({ ...settings, precision: realDigits });
/** Holds any product of two Exact numbers, so that a quotient can be proven. */
const Wide = Decimal.clone({ ...settings, precision: 2 * exactDigits + 2 });

/**
 * A number and whether it is the very result or a rounding of it. Only of an inexact one may far digits be treated as
 * noise: sin(pi) is 0, but 1e-60 is 1e-60.
 */
export type Quantity = { readonly value: Decimal; readonly exact: boolean };

/** Throws OUT_OF_RANGE. Every operation ends here, so no number in the calculator is infinite, NaN, or without bound. */
export function quantity(value: Decimal, exact: boolean): Quantity {
  if (!value.isFinite() || (!value.isZero() && Math.abs(value.e) > maxExponent)) throw outOfRange();
  const rounded = new Exact(value).toSignificantDigits(exactDigits);
  return { value: rounded, exact: exact && rounded.eq(value) };
}

export function outOfRange(
  detail = `Numbers may have exponents from -${maxExponent} to ${maxExponent}`,
): CalculationError {
  return new CalculationError('OUT_OF_RANGE', `A number in the calculation is too large or too small. ${detail}.`);
}

export function whole(value: number | bigint | string): Quantity {
  return quantity(new Exact(value.toString()), true);
}

/** The value without the noise of an inexact one: where a step depends on it (floor, the sign under a root), noise would decide. */
export function settled(of: Quantity): Decimal {
  return of.exact ? of.value : of.value.toSignificantDigits(trustedDigits);
}

/** For functions of real numbers: their cost grows with the digits given, and more than the trusted ones change nothing. */
export function real(of: Quantity): Decimal {
  return new Real(of.value.toSignificantDigits(realDigits + 20));
}

/** `value` as 0 if it is lost in the noise of a number of magnitude `exponent` (a power of ten). */
export function withoutNoise(value: Decimal, exponent: number): Decimal {
  return value.e < exponent - trustedDigits ? new Exact(0) : value;
}

export function add(a: Quantity, b: Quantity): Quantity {
  const sum = a.value.plus(b.value);
  const top = Math.max(a.value.e, b.value.e);
  if (a.exact && b.exact)
    return quantity(sum, top + 2 - Math.min(lastPlace(a.value), lastPlace(b.value)) <= exactDigits);
  return quantity(withoutNoise(sum, top), false);
}

export function negate(a: Quantity): Quantity {
  return { value: a.value.neg(), exact: a.exact };
}

export function multiply(a: Quantity, b: Quantity): Quantity {
  return quantity(a.value.times(b.value), a.exact && b.exact && a.value.sd() + b.value.sd() <= exactDigits);
}

/** Throws DIVISION_BY_ZERO. */
export function divide(a: Quantity, b: Quantity): Quantity {
  if (b.value.isZero()) throw new CalculationError('DIVISION_BY_ZERO', 'Division by zero has no result.');
  const quotient = a.value.div(b.value);
  return quantity(quotient, a.exact && b.exact && new Wide(quotient).times(b.value).eq(a.value));
}

/** The remainder of floored division: it has the sign of the divisor, so -7 % 3 is 2. Throws DIVISION_BY_ZERO. */
export function modulo(a: Quantity, b: Quantity): Quantity {
  const [dividend, divisor] = [settled(a), settled(b)];
  if (divisor.isZero()) throw new CalculationError('DIVISION_BY_ZERO', 'Modulo by zero has no result.');
  return quantity(dividend.mod(divisor), a.exact && b.exact);
}

/** The place of the last digit, as a power of ten: 0 for 7, -2 for 0.25. */
export function lastPlace(value: Decimal): number {
  return value.isZero() ? 0 : value.e - value.sd() + 1;
}
