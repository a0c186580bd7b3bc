import fc from 'fast-check';

/*
 * Small alphabets on purpose: patterns and events have to meet, and so do the rules of one set.
 */

const keys = fc.constantFrom('a', 'b', 'c', 'a.b', '');
const texts = fc.constantFrom(
  '',
  'x',
  'y',
  'xy',
  'xyx',
  'XY',
  'ß',
  'SS',
  '"',
  'x"',
  '10.0.0.5',
  '10.1.0.0',
  '2001:db8::1',
  '5',
);
const numbers = fc.constantFrom(0, -0, 1, 2, 2.5, 5, 105, -3);
const literals = fc.oneof(texts, numbers, fc.boolean(), fc.constant(null));

/** Parsed JSON, always an object at the top. */
export const eventArbitrary: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 4, arbitrary: literals },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    { weight: 2, arbitrary: tie('object') },
  ),
  object: fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
})).object;

const wildcards = fc
  .array(fc.constantFrom('x', 'y', '*', 'xy'), { maxLength: 4 })
  .map((parts) => parts.join('').replaceAll(/\*+/g, '*'));

const affixes = fc.oneof(
  texts,
  texts.map((text) => ({ 'equals-ignore-case': text })),
);

const comparisons = fc.oneof(
  fc.tuple(fc.constantFrom('=', '<', '<=', '>', '>='), numbers),
  fc.tuple(fc.constantFrom('>', '>='), numbers, fc.constantFrom('<', '<='), numbers),
);

const someTexts = fc.array(texts, { minLength: 1, maxLength: 2 });

const exclusions = fc.oneof(
  someTexts,
  fc.array(numbers, { minLength: 1, maxLength: 2 }),
  fc.record({ prefix: someTexts }),
  fc.record({ suffix: someTexts }),
  fc.record({ 'equals-ignore-case': someTexts }),
  fc.record({ wildcard: wildcards }),
);

const entries = fc.oneof(
  { weight: 5, arbitrary: literals },
  fc.record({ prefix: affixes }),
  fc.record({ suffix: affixes }),
  fc.record({ 'equals-ignore-case': texts }),
  fc.record({ wildcard: wildcards }),
  fc.record({ numeric: comparisons }),
  fc.record({ 'anything-but': exclusions }),
  fc.record({ exists: fc.boolean() }),
  fc.record({ cidr: fc.constantFrom('10.0.0.0/8', '10.0.0.0/24', '16.0.0.0/8', '::/0', '2001:db8::/32') }),
);

/** Most are valid; those with an empty prefix to exclude, or a range upside down, are not. */
export const patternArbitrary: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  field: fc.oneof(
    { maxDepth: 2 },
    { weight: 3, arbitrary: fc.array(entries, { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: tie('object') },
  ),
  fields: fc.dictionary(keys, tie('field'), { minKeys: 1, maxKeys: 3 }),
  object: fc.oneof(
    { weight: 4, arbitrary: tie('fields') },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie('fields'), fc.array(tie('fields'), { minLength: 2, maxLength: 3 }))
        .map(([fields, branches]) => Object.assign({ $or: branches }, fields)),
    },
  ),
})).object;
