import { StarlingError } from '#shared/errors.ts';

/**
 * Why an expression has no result. Stable: callers may branch on it.
 *
 * - `EMPTY_EXPRESSION`: nothing to calculate
 * - `TOO_LONG`, `TOO_COMPLEX`: refused by its size, before any work
 * - `SYNTAX`: arithmetic, but broken; the message says at which character
 * - `NOT_ARITHMETIC`: something other than real arithmetic: words, units, assignments, matrices, comparisons
 * - `BAD_ARGUMENT`: a function got the wrong number of arguments or one that it cannot take
 * - `DIVISION_BY_ZERO`, `NOT_REAL`: no real number is the answer
 * - `OUT_OF_RANGE`: a number too large or too small to be worked out
 */
export type CalculationCode =
  | 'EMPTY_EXPRESSION'
  | 'TOO_LONG'
  | 'TOO_COMPLEX'
  | 'SYNTAX'
  | 'NOT_ARITHMETIC'
  | 'BAD_ARGUMENT'
  | 'DIVISION_BY_ZERO'
  | 'NOT_REAL'
  | 'OUT_OF_RANGE';

/** The caller's expression cannot be calculated. Trying the same again gives the same. */
export class CalculationError extends StarlingError {
  declare readonly code: CalculationCode;

  constructor(code: CalculationCode, message: string, options?: { cause?: unknown }) {
    super(code, message, options);
  }
}
