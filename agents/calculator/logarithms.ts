import type { Decimal } from 'decimal.js';
import { CalculationError } from './errors.ts';
import { format } from './format.ts';
import { type Quantity, quantity, Real, real, settled } from './quantity.ts';

/** Throws NOT_REAL. `name` is the one the caller used. */
export function natural(name: string, of: Quantity): Quantity {
  const x = positive(name, of);
  return quantity(Real.ln(x), of.exact && x.eq(1));
}

/** Throws NOT_REAL. */
export function toBase(name: string, of: Quantity, base: Quantity): Quantity {
  const x = positive(name, of);
  const b = positive(`the base of ${name}`, base);
  if (settled(base).eq(1)) {
    throw new CalculationError('NOT_REAL', 'There is no logarithm to the base 1; give another base.');
  }
  return quantity(Real.log(x, b), of.exact && x.eq(1));
}

function positive(name: string, of: Quantity): Decimal {
  if (settled(of).lte(0)) {
    throw new CalculationError('NOT_REAL', `A logarithm takes numbers above 0 only, but ${name} got ${format(of)}.`);
  }
  return real(of);
}
