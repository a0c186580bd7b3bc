import type { Violation } from '../generated/validators.js';

/**
 * Describes the error for a person: `data/turn must be >= 1`. The text has no values of the data, so it may be logged.
 *
 * Validators stop at the first error, which is the last in the list. Errors of a choice's alternatives come before it.
 */
export function describeViolations(violations: readonly Violation[]): string {
  const last = violations.at(-1);
  if (last === undefined) return 'data does not satisfy its schema';
  if (last.keyword !== 'oneOf' && last.keyword !== 'anyOf') return describe(last);
  // An alternative that failed deeper is most likely the intended one.
  const meant = violations.findLast(({ instancePath }) => instancePath.length > last.instancePath.length);
  return meant === undefined ? describeChoice(last, violations) : describe(meant);
}

function describe({ instancePath, keyword, params }: Violation): string {
  const wording = wordings[keyword];
  return `data${instancePath} ${wording ? wording(params) : `breaks the rule ${keyword}`}`;
}

/** The text of each rule of the subset, from ajv's parameters. */
const wordings: Readonly<Record<string, (params: Violation['params']) => string>> = {
  type: ({ type }) => `must be ${type}`,
  required: ({ missingProperty }) => `must have required property '${missingProperty}'`,
  additionalProperties: () => 'must NOT have additional properties',
  enum: ({ allowedValues }) => `must be one of ${(allowedValues as readonly unknown[]).join(', ')}`,
  minimum: ({ limit }) => `must be >= ${limit}`,
  maximum: ({ limit }) => `must be <= ${limit}`,
  minLength: ({ limit }) => `must NOT have fewer than ${limit} characters`,
  maxLength: ({ limit }) => `must NOT have more than ${limit} characters`,
  minItems: ({ limit }) => `must NOT have fewer than ${limit} items`,
  maxItems: ({ limit }) => `must NOT have more than ${limit} items`,
  pattern: ({ pattern }) => `must match pattern "${pattern}"`,
  format: ({ format }) => `must match format "${format}"`,
};

function describeChoice({ instancePath, params }: Violation, violations: readonly Violation[]): string {
  const missing = violations
    .filter(({ keyword }) => keyword === 'required')
    .map((violation) => violation.params.missingProperty);
  if (Array.isArray(params.passingSchemas)) return `data${instancePath} must match only one of its alternatives`;
  if (missing.length > 0) return `data${instancePath} must have exactly one of ${missing.join(', ')}`;
  return `data${instancePath} matches none of its alternatives`;
}
