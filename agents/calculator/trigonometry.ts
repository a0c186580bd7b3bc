import type { Decimal } from 'decimal.js';
import { CalculationError } from './errors.ts';
import { format } from './format.ts';
import { naturalExponent } from './power.ts';
import { outOfRange, type Quantity, quantity, Real, real, settled, withoutNoise } from './quantity.ts';

/** Radians. Beyond this power of ten the digits kept of pi no longer place an angle on the circle. */
const maxAngleExponent = 15;
/** From here on one of e^x and e^-x is lost beside the other after the last digit that is kept. */
const far = 200;
/** The same for x^2 beside 1: the powers of ten above and below which asinh and acosh have a form without a series or a root. */
const farExponent = 45;

/** Throws OUT_OF_RANGE, as do cosine and tangent. */
export function sine(x: Quantity): Quantity {
  return wave(x, Real.sin(angle(x)));
}

export function cosine(x: Quantity): Quantity {
  return wave(x, Real.cos(angle(x)));
}

/** Throws NOT_REAL at the poles. */
export function tangent(x: Quantity): Quantity {
  const below = cosine(x);
  if (below.value.isZero()) throw new CalculationError('NOT_REAL', `tan has no value at ${format(x)}.`);
  return quantity(new Real(sine(x).value).div(below.value), x.value.isZero());
}

/** Throws NOT_REAL outside -1 to 1, as does inverseCosine. */
export function inverseSine(x: Quantity): Quantity {
  return curve(x, Real.asin(between('asin', x)));
}

export function inverseCosine(x: Quantity): Quantity {
  return quantity(Real.acos(between('acos', x)), settled(x).eq(1));
}

export function inverseTangent(x: Quantity): Quantity {
  return curve(x, Real.atan(real(x)));
}

/** The angle of the point (x, y), with y first as everywhere. */
export function direction(y: Quantity, x: Quantity): Quantity {
  return quantity(Real.atan2(real(y), real(x)), y.value.isZero() && x.value.gte(0));
}

export function hyperbolicSine(x: Quantity): Quantity {
  const value = naturalExponent(x);
  return value.abs().gt(far) ? halfExponential(value) : curve(x, Real.sinh(value));
}

export function hyperbolicCosine(x: Quantity): Quantity {
  const value = naturalExponent(x).abs();
  return value.gt(far) ? halfExponential(value) : quantity(Real.cosh(value), x.value.isZero());
}

export function hyperbolicTangent(x: Quantity): Quantity {
  if (x.value.abs().gt(far)) return quantity(new Real(Real.sign(x.value)), false);
  return curve(x, Real.tanh(real(x)));
}

/** decimal.js squares its argument with all digits between, which takes 20 s for 1e9999; so both ends are done here. */
export function inverseHyperbolicSine(x: Quantity): Quantity {
  const value = real(x);
  if (value.e < -farExponent) return curve(x, value);
  if (value.e > farExponent) return quantity(logarithmOfDouble(value.abs()).times(value.s), false);
  return curve(x, Real.asinh(value));
}

/** Throws NOT_REAL under 1. */
export function inverseHyperbolicCosine(x: Quantity): Quantity {
  if (settled(x).lt(1)) throw new CalculationError('NOT_REAL', `acosh takes numbers from 1 only, not ${format(x)}.`);
  const value = new Real(settled(x));
  return value.e > farExponent
    ? quantity(logarithmOfDouble(value), false)
    : quantity(Real.acosh(value), settled(x).eq(1));
}

function logarithmOfDouble(value: Decimal): Decimal {
  return Real.ln(value.times(2));
}

function halfExponential(x: Decimal): Quantity {
  return quantity(Real.exp(x.abs()).div(2).times(x.s), false);
}

/** Throws NOT_REAL at and outside -1 and 1. */
export function inverseHyperbolicTangent(x: Quantity): Quantity {
  if (settled(x).abs().gte(1)) {
    throw new CalculationError('NOT_REAL', `atanh takes numbers between -1 and 1 only, not ${format(x)}.`);
  }
  return curve(x, Real.atanh(real(x)));
}

function angle(x: Quantity): Decimal {
  if (x.value.e > maxAngleExponent) throw outOfRange(`Angles are in radians, of up to 1e${maxAngleExponent}`);
  return real(x);
}

/** Near a zero crossing an inexact angle leaves noise: sin(pi) would be 1e-80. */
function wave(x: Quantity, value: Decimal): Quantity {
  if (x.value.isZero()) return quantity(value, true);
  return quantity(x.exact ? value : withoutNoise(value, x.value.e), false);
}

/** For functions that go through the origin and are irrational elsewhere. */
function curve(x: Quantity, value: Decimal): Quantity {
  return quantity(value, x.value.isZero());
}

function between(name: string, x: Quantity): Decimal {
  const value = settled(x);
  if (value.abs().gt(1)) {
    throw new CalculationError('NOT_REAL', `${name} takes numbers from -1 to 1 only, not ${format(x)}.`);
  }
  return x.exact ? real(x) : new Real(value);
}
