import { Exact, type Quantity } from './quantity.ts';

/** An exact integer is written out up to this many digits. */
const maxIntegerDigits = 400;
/** An exact fraction is written out up to this many significant digits: those of IEEE 754 decimal128. */
const maxFractionDigits = 34;
/** Anything else is rounded to what tells any two doubles apart, so that reading it as a double loses nothing. */
const roundedDigits = 17;

const Plain = Exact.clone({ toExpPos: maxIntegerDigits, toExpNeg: -maxFractionDigits });
const Rounded = Exact.clone({ toExpPos: roundedDigits, toExpNeg: -7 });

/** `27`, `0.3`, `0.33333333333333333`, `4.0238726007709377e+2567`. */
export function format(of: Quantity): string {
  const { value } = of;
  if (value.isZero()) return '0';
  const inFull = value.isInteger() ? value.e < maxIntegerDigits : value.sd() <= maxFractionDigits;
  if (of.exact && inFull && value.e >= -maxFractionDigits) return new Plain(value).toString();
  return new Rounded(value).toSignificantDigits(roundedDigits).toString();
}
