import type { OutputUnit } from '@cfworker/json-schema';

/** Looks up what stands in the schema at the place of a rule. */
export type RuleAt = (keywordLocation: string) => unknown;

/** Rules about other schemas: the errors of those schemas follow, and say more. */
const wrappers = new Set([
  ...['$ref', '$recursiveRef', '$dynamicRef', 'allOf', 'if', 'dependentSchemas', 'dependencies'],
  ...['properties', 'patternProperties', 'additionalProperties', 'unevaluatedProperties', 'propertyNames'],
  ...['items', 'prefixItems', 'additionalItems', 'unevaluatedItems'],
]);

/**
 * Says in words how a value breaks its schema, one text a problem: `days must be greater than 0`.
 *
 * @param errors of the validator, the errors of inner schemas behind those of outer ones
 * @param whole the name of the whole value
 */
export function problemsOf(errors: readonly OutputUnit[], ruleAt: RuleAt, whole: string): readonly string[] {
  const problems: string[] = [];
  // The validator also calls a known member not allowed when its value is wrong.
  const wrong = new Set<string>();
  for (const { keyword, instanceLocation } of errors) {
    if (keyword === 'false' || wrappers.has(keyword)) continue;
    for (let end = instanceLocation.length; end > 0; end = instanceLocation.lastIndexOf('/', end - 1))
      wrong.add(instanceLocation.slice(0, end));
  }
  for (let at = 0; at < errors.length; at++) {
    const error = errors[at] as OutputUnit;
    if (error.keyword === 'anyOf' || error.keyword === 'oneOf') {
      const inner = errorsBelow(errors, at);
      at += inner.length;
      problems.push(...choiceProblems(error, inner, ruleAt, whole));
    } else if (!wrappers.has(error.keyword) && !(error.keyword === 'false' && wrong.has(error.instanceLocation))) {
      problems.push(`${nameOf(error, whole)} ${wordsOf(error, ruleAt)}`);
    }
  }
  return [...new Set(problems)];
}

/** The errors of the alternatives of a choice. They follow the error of the choice. */
function errorsBelow(errors: readonly OutputUnit[], choice: number): readonly OutputUnit[] {
  const place = `${errors[choice]?.keywordLocation}/`;
  let end = choice + 1;
  while (errors[end]?.keywordLocation.startsWith(place)) end++;
  return errors.slice(choice + 1, end);
}

/** The problems of the alternative that the sender most likely meant. */
function choiceProblems(
  choice: OutputUnit,
  errors: readonly OutputUnit[],
  ruleAt: RuleAt,
  whole: string,
): readonly string[] {
  const name = nameOf(choice, whole);
  if (/\((?!0 )\d+ matches\)/.test(choice.error)) return [`${name} must fit only one of its alternatives`];
  const alternatives = new Map<string, OutputUnit[]>();
  for (const error of errors) {
    const [index = ''] = error.keywordLocation.slice(choice.keywordLocation.length + 1).split('/');
    alternatives.set(index, [...(alternatives.get(index) ?? []), error]);
  }
  const outer: string[] = [];
  let meant: readonly string[] | undefined;
  for (const inner of alternatives.values()) {
    const last = inner.at(-1) as OutputUnit;
    const isOther =
      last.instanceLocation === choice.instanceLocation && ['type', 'const', 'enum'].includes(last.keyword);
    if (isOther) {
      outer.push(wordsOf(last, ruleAt).replace(/^must be /, ''));
      continue;
    }
    const problems = problemsOf(inner, ruleAt, whole);
    if (meant === undefined || problems.length < meant.length) meant = problems;
  }
  return meant ?? [`${name} must be ${[...new Set(outer)].join(' or ')}`];
}

/** How the validator's texts name a missing member. */
const missingNames: Readonly<Record<string, RegExp>> = {
  required: /required property "(.*)"\.$/s,
  dependentRequired: / but does not have "(.*)"\.$/s,
};

/** `#/a/0/b~1c` is `a/0/b/c`. A required member has its own name, not that of its object. */
function nameOf({ keyword, instanceLocation, error }: OutputUnit, whole: string): string {
  const path = instanceLocation
    .split('/')
    .slice(1)
    .map((part) => decodeURI(part).replaceAll('~1', '/').replaceAll('~0', '~'));
  const missing = missingNames[keyword]?.exec(error)?.[1];
  if (missing !== undefined) path.push(missing);
  return path.join('/').slice(0, 200) || whole;
}

function wordsOf({ keyword, keywordLocation, error }: OutputUnit, ruleAt: RuleAt): string {
  const words = wordings[keyword];
  return words === undefined ? `does not fit its schema: ${error}`.replace(/\.$/, '') : words(ruleAt(keywordLocation));
}

const wordings: Readonly<Record<string, (rule: unknown) => string>> = {
  false: () => 'is not allowed',
  type: (types) =>
    `must be ${[types]
      .flat()
      .map((type) => typeNames[String(type)] ?? type)
      .join(' or ')}`,
  enum: (values) => `must be one of ${(values as readonly unknown[]).map(jsonOf).join(', ')}`.slice(0, 500),
  const: (value) => `must be ${jsonOf(value)}`,
  not: () => 'must not have this value',
  required: () => 'is missing',
  dependentRequired: () => 'is missing',
  minimum: (limit) => `must be at least ${limit}`,
  maximum: (limit) => `must be at most ${limit}`,
  exclusiveMinimum: (limit) => `must be greater than ${limit}`,
  exclusiveMaximum: (limit) => `must be less than ${limit}`,
  multipleOf: (step) => `must be a multiple of ${step}`,
  minLength: (count) => (count === 1 ? 'must not be empty' : `must have at least ${count} characters`),
  maxLength: (count) => `must have at most ${counted(count, 'character')}`,
  pattern: (pattern) => `must match the pattern ${pattern}`,
  format: (format) => `must be ${formatNames[String(format)] ?? `of the format ${format}`}`,
  minItems: (count) => (count === 1 ? 'must not be empty' : `must have at least ${count} items`),
  maxItems: (count) => `must have at most ${counted(count, 'item')}`,
  uniqueItems: () => 'must not have equal items',
  contains: () => 'must contain an item that fits its schema',
  minContains: (count) => `must contain at least ${counted(count, 'item')} of the schema`,
  maxContains: (count) => `must contain at most ${counted(count, 'item')} of the schema`,
  minProperties: (count) => `must have at least ${counted(count, 'member')}`,
  maxProperties: (count) => `must have at most ${counted(count, 'member')}`,
};

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  null: 'null',
};

const formatNames: Readonly<Record<string, string>> = {
  'date-time': 'an RFC 3339 time, such as 2026-01-31T09:30:00Z',
  date: 'a date, such as 2026-01-31',
  time: 'an RFC 3339 time of day, such as 09:30:00Z',
  duration: 'an ISO 8601 duration, such as PT1H',
  email: 'an e-mail address',
  hostname: 'a host name',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  uri: 'a URI with its scheme',
  'uri-reference': 'a URI or a relative reference',
  uuid: 'a UUID',
  regex: 'a regular expression',
};

function counted(count: unknown, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value);
}
