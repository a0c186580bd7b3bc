import type { Violation } from './generated/validators.js';

/**
 * What is wrong, for a person: `data/turn must be >= 1`. It names places and rules but no values, so it may be logged.
 *
 * Validators stop at the first error, which stands last. Before it stand, for a choice, the errors of its alternatives.
 */
export function describeViolations(violations: readonly Violation[]): string {
  const last = violations.at(-1);
  if (last === undefined) return 'data does not satisfy its schema';
  if (last.keyword !== 'oneOf' && last.keyword !== 'anyOf') return describe(last);
  // An alternative that failed deeper down is the one that was meant.
  const meant = violations.findLast(({ instancePath }) => instancePath.length > last.instancePath.length);
  return meant === undefined ? describeChoice(last, violations) : describe(meant);
}

function describe({ instancePath, keyword, params, message }: Violation): string {
  const place = `data${instancePath}`;
  if (keyword === 'enum' && Array.isArray(params.allowedValues))
    return `${place} must be one of ${params.allowedValues.join(', ')}`;
  return `${place} ${message ?? `breaks the rule ${keyword}`}`;
}

function describeChoice({ instancePath, params }: Violation, violations: readonly Violation[]): string {
  const missing = violations
    .filter(({ keyword }) => keyword === 'required')
    .map((violation) => violation.params.missingProperty);
  if (Array.isArray(params.passingSchemas)) return `data${instancePath} must match only one of its alternatives`;
  if (missing.length > 0) return `data${instancePath} must have exactly one of ${missing.join(', ')}`;
  return `data${instancePath} matches none of its alternatives`;
}
