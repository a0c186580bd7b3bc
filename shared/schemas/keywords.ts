import type { Schema } from './schema.ts';

/** Keywords that only tell something to people. They may stand beside `$ref`, and changing them breaks nobody. */
export const annotations: ReadonlySet<string> = new Set(['title', 'description', '$comment', 'deprecated', 'examples']);

/** Keywords that only a file as a whole has. */
const fileKeywords = ['$schema', '$id', '$defs'];

/** Every keyword of the subset. */
export const keywords: ReadonlySet<string> = new Set([
  ...annotations,
  ...fileKeywords,
  ...['$ref', 'type', 'enum', 'oneOf', 'anyOf'],
  ...['properties', 'required', 'additionalProperties'],
  ...['items', 'minItems', 'maxItems'],
  ...['minLength', 'maxLength', 'pattern', 'format'],
  ...['minimum', 'maximum'],
]);

/** The replacement of a refused keyword. */
const instead: ReadonlyMap<string, string> = new Map(
  (
    [
      ['use an object with named properties, or one `items` for all', 'prefixItems'],
      ['use an object with named properties', 'contains'],
      ['write the properties out, and share those that repeat through $defs', 'allOf'],
      ['say what is allowed: an enum, or oneOf named definitions', 'not'],
      ['use oneOf named definitions', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas', 'dependencies'],
      ['use an enum of one value', 'const'],
      ['say in the description what an absent value means', 'default'],
      ['use additionalProperties with a schema', 'patternProperties', 'propertyNames'],
      ['leave the object open: unknown fields are ignored', 'unevaluatedProperties'],
      ['use items', 'unevaluatedItems'],
      ['use $defs', 'definitions'],
      ['use $ref to #/$defs/Name', '$anchor', '$dynamicRef', '$dynamicAnchor'],
      ['use minimum', 'exclusiveMinimum'],
      ['use maximum', 'exclusiveMaximum'],
    ] as const
  ).flatMap(([advice, ...refused]) => refused.map((keyword) => [keyword, advice] as const)),
);

/** The advice about a keyword that is not in the subset. */
export function adviceFor(keyword: string): string {
  const advice = instead.get(keyword) ?? 'remove it, or correct its spelling';
  return `"${keyword}" is outside the subset that all generators agree on: ${advice}. Allowed are: ${[...keywords].join(', ')}.`;
}

interface Refusal {
  /** The place to report, or the schema itself. */
  readonly keyword?: string;
  readonly when: (schema: Schema) => boolean;
  readonly message: string;
}

/** Lookaround, back-references, named groups and Unicode classes differ between languages (RE2 has none of the first two). */
const unportable = /\(\?[^:]|\\[1-9pPkbBdDwWsS]/;

/** Combinations that are refused although each keyword is allowed. */
export const refusals: readonly Refusal[] = [
  {
    keyword: 'type',
    when: ({ type }) => Array.isArray(type) || (type as string | undefined) === 'null',
    message:
      'Use one type, and leave an optional property out instead of writing null: generators disagree on unions with null.',
  },
  {
    when: ({ type, oneOf, anyOf, $ref, ...rest }) =>
      !type &&
      !oneOf &&
      !anyOf &&
      !$ref &&
      Object.keys(rest).some((keyword) => !annotations.has(keyword) && !fileKeywords.includes(keyword)),
    message: 'Say the type: without one, these keywords hold only for values that happen to have it.',
  },
  {
    when: (schema) => (schema.$ref ?? schema.oneOf ?? schema.anyOf) !== undefined && meaningful(schema).length > 1,
    message: 'Beside $ref, oneOf or anyOf only a title and a description may stand: generators disagree on the rest.',
  },
  {
    when: ({ type, properties, additionalProperties }) =>
      type === 'object' && properties === undefined && additionalProperties === undefined,
    message: 'List its properties, or write "additionalProperties": true for a free object.',
  },
  {
    keyword: 'items',
    when: ({ type, items }) => type === 'array' && items === undefined,
    message: 'Say what the array holds.',
  },
  {
    keyword: 'enum',
    when: (schema) => schema.enum?.some((value) => typeof value !== 'string') === true,
    message: 'An enum is of strings: generators disagree on others.',
  },
  {
    keyword: 'format',
    when: ({ format }) => format !== undefined && format !== 'date-time',
    message: 'Only the format date-time is checked everywhere: use a pattern.',
  },
  {
    keyword: 'pattern',
    when: ({ pattern }) => pattern !== undefined && unportable.test(pattern),
    message: 'Use only what every regular expression engine has: characters, [classes], (?:groups), | and repetition.',
  },
  {
    keyword: 'required',
    when: ({ required, properties = {} }) => required?.some((name) => !Object.hasOwn(properties, name)) === true,
    message: 'A required property has to be described in properties.',
  },
  {
    keyword: 'description',
    when: ({ description }) => description?.includes('*/') === true,
    message: 'The description ends up in comments of generated code: it may not contain */.',
  },
];

function meaningful(schema: Schema): string[] {
  return Object.keys(schema).filter((keyword) => !annotations.has(keyword) && !fileKeywords.includes(keyword));
}
