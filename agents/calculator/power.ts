import { Decimal } from 'decimal.js';
import { CalculationError } from './errors.ts';
import {
  add,
  divide,
  Exact,
  exactDigits,
  maxExponent,
  multiply,
  outOfRange,
  type Quantity,
  quantity,
  Real,
  real,
  settled,
  whole,
} from './quantity.ts';

/** e^x is in range while |x| is under this. */
const maxNaturalExponent = Math.floor(maxExponent * Math.LN10);

/** Throws NOT_REAL, DIVISION_BY_ZERO and, before the work is done, OUT_OF_RANGE. 0^0 is 1, as in most languages. */
export function power(base: Quantity, exponent: Quantity): Quantity {
  const y = settled(exponent);
  if (y.isZero()) return whole(1);
  if (base.value.isZero()) {
    if (y.isNeg()) throw new CalculationError('DIVISION_BY_ZERO', '0 to a negative power is a division by zero.');
    return whole(0);
  }
  if (Math.abs(decimalLogarithm(base.value) * y.toNumber()) > maxExponent + 1) throw outOfRange();
  if (!y.isInteger()) return fractionalPower(base, y);
  if (y.abs().gt(Number.MAX_SAFE_INTEGER)) return quantity(Real.pow(real(base), y), false);
  return y.isNeg() ? divide(whole(1), wholePower(base, y.neg())) : wholePower(base, y);
}

function wholePower(base: Quantity, exponent: Decimal): Quantity {
  // Without its trailing zeros the base is an integer of sd() digits; the power of ten beside it costs no digits.
  const digits = decimalLogarithm(base.value) - base.value.e + base.value.sd() - 1;
  return quantity(Exact.pow(base.value, exponent), base.exact && digits * exponent.toNumber() < exactDigits - 2);
}

function fractionalPower(base: Quantity, exponent: Decimal): Quantity {
  if (base.value.isNeg()) {
    throw new CalculationError(
      'NOT_REAL',
      'A negative number to a power that is not whole is not a real number; for the cube root use cbrt.',
    );
  }
  return quantity(Real.pow(real(base), exponent.toSignificantDigits(100)), false);
}

/** Throws NOT_REAL. */
export function squareRoot(of: Quantity): Quantity {
  if (settled(of).isNeg() && !of.value.isZero()) {
    throw new CalculationError('NOT_REAL', 'The square root of a negative number is not a real number.');
  }
  const root = of.value.abs().sqrt();
  return quantity(root, of.exact && multiplyAll(root, 2).eq(of.value));
}

export function cubeRoot(of: Quantity): Quantity {
  const root = of.value.cbrt();
  return quantity(root, of.exact && multiplyAll(root, 3).eq(of.value));
}

export function hypotenuse(...legs: Quantity[]): Quantity {
  return squareRoot(legs.map((leg) => multiply(leg, leg)).reduce(add, whole(0)));
}

export function exponential(of: Quantity): Quantity {
  return quantity(Real.exp(naturalExponent(of)), of.exact && of.value.isZero());
}

/** `of` if e to its power is in range. Throws OUT_OF_RANGE. */
export function naturalExponent(of: Quantity): Decimal {
  if (of.value.abs().gt(maxNaturalExponent)) throw outOfRange();
  return real(of);
}

/** Without rounding, to prove that a root is the very root. */
function multiplyAll(root: Decimal, times: number): Decimal {
  const Proof = Decimal.clone({ precision: times * (exactDigits + 1) });
  return new Proof(root).pow(times);
}

/** An estimate by doubles, to judge a magnitude without calculating it. */
function decimalLogarithm(value: Decimal): number {
  // The exponent is taken from the rounded text: 0.999…9 rounds to 1e+0, although its own exponent is -1.
  const [mantissa, exponent] = value.abs().toExponential(15).split('e');
  return Number(exponent) + Math.log10(Number(mantissa));
}
