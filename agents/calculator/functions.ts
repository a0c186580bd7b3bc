import { Decimal } from 'decimal.js';
import { factorial, greatestCommonDivisor, leastCommonMultiple, round, toInteger } from './integers.ts';
import * as logarithms from './logarithms.ts';
import { cubeRoot, exponential, hypotenuse, power, squareRoot } from './power.ts';
import { modulo, type Quantity, quantity, Real, settled, whole } from './quantity.ts';
import * as trigonometry from './trigonometry.ts';

/** What stands behind a name that is called. `least` and `most` bound the number of its arguments; there is always a first. */
export type Callable = {
  readonly least: number;
  readonly most: number;
  readonly apply: (first: Quantity, ...others: Quantity[]) => Quantity;
};

const pi = quantity(Real.acos(-1), false);
const tau = quantity(pi.value.times(2), false);
const e = quantity(Real.exp(1), false);

export const constants: ReadonlyMap<string, Quantity> = new Map(Object.entries({ pi, π: pi, e, tau, τ: tau }));

export const functions: ReadonlyMap<string, Callable> = new Map(
  Object.entries({
    abs: one((x) => ({ value: x.value.abs(), exact: x.exact })),
    sign: one((x) => whole(Decimal.sign(settled(x)))),
    floor: one((x) => toInteger(x, Decimal.ROUND_FLOOR)),
    ceil: one((x) => toInteger(x, Decimal.ROUND_CEIL)),
    trunc: one((x) => toInteger(x, Decimal.ROUND_DOWN)),
    round: oneOrTwo(round),
    min: many((x, ...others) => others.reduce((least, other) => (other.value.lt(least.value) ? other : least), x)),
    max: many((x, ...others) => others.reduce((most, other) => (other.value.gt(most.value) ? other : most), x)),
    mod: two(modulo),
    gcd: many(greatestCommonDivisor),
    lcm: many(leastCommonMultiple),
    factorial: one(factorial),
    pow: two(power),
    sqrt: one(squareRoot),
    cbrt: one(cubeRoot),
    hypot: many(hypotenuse),
    exp: one(exponential),
    ln: one((x) => logarithms.natural('ln', x)),
    log: oneOrTwo((x, base) => (base ? logarithms.toBase('log', x, base) : logarithms.natural('log', x))),
    log10: one((x) => logarithms.toBase('log10', x, whole(10))),
    log2: one((x) => logarithms.toBase('log2', x, whole(2))),
    sin: one(trigonometry.sine),
    cos: one(trigonometry.cosine),
    tan: one(trigonometry.tangent),
    asin: one(trigonometry.inverseSine),
    acos: one(trigonometry.inverseCosine),
    atan: one(trigonometry.inverseTangent),
    atan2: two(trigonometry.direction),
    sinh: one(trigonometry.hyperbolicSine),
    cosh: one(trigonometry.hyperbolicCosine),
    tanh: one(trigonometry.hyperbolicTangent),
    asinh: one(trigonometry.inverseHyperbolicSine),
    acosh: one(trigonometry.inverseHyperbolicCosine),
    atanh: one(trigonometry.inverseHyperbolicTangent),
  }),
);

function one(apply: (x: Quantity) => Quantity): Callable {
  return { least: 1, most: 1, apply: (x) => apply(x) };
}

function oneOrTwo(apply: (x: Quantity, y?: Quantity) => Quantity): Callable {
  return { least: 1, most: 2, apply: (x, y) => apply(x, y) };
}

function two(apply: (x: Quantity, y: Quantity) => Quantity): Callable {
  // The caller has checked that there are two.
  return { least: 2, most: 2, apply: (x, y) => apply(x, y as Quantity) };
}

function many(apply: Callable['apply']): Callable {
  return { least: 1, most: Number.POSITIVE_INFINITY, apply };
}
