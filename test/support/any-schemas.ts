import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { loadSchemas } from '#shared/schemas/load.ts';
import { collidingNames, nameProblem } from '#shared/schemas/property-names.ts';
import type { SchemaSet } from '#shared/schemas/schema.ts';
import { temporaryFolder } from './fixtures.ts';

type Json = Record<string, unknown>;

/** A set of event schemas, and data for each of them by the names of their types. */
export interface AnySchemas {
  readonly set: SchemaSet;
  readonly data: Readonly<Record<string, Json>>;
}

/** Names that some language keeps for itself, or that generated code uses. */
const words = (
  'class default from self None True False def func type interface package public hashCode toString getClass object string int ' +
  'marshal to_dict from_dict constructor prototype toJSON obj result Any dict list id url json Converter nil map range go chan ' +
  'error data enum assert await async lambda goto const var let new delete in is not and or null void char byte str float bool ' +
  'staticmethod isinstance cast dataclass TypeVar Callable from_str from_union from_none from_list from_bool to_class to_enum f s ' +
  'c T x notify wait clone finalize equals hash len append make print cap copy close panic uint rune r err bytes time util java ' +
  'starling static final native transient volatile synchronized throw throws try catch switch case break continue do while for ' +
  'if else elif pass raise return yield with as import global nonlocal except match exec super this extends implements typeof ' +
  'keyof readonly declare namespace module any unknown never symbol number boolean undefined NaN Infinity arguments eval Object ' +
  'Array JSON Date Set record sealed permits int32 select struct defer double short long Integer List UUID EMPTY title format ' +
  'description properties required $ref @type a:b a-c a.d 1st 42 7up _u __proto__x'
).split(' ');

const descriptions = [
  'C:\\users',
  '\\u0041 \\uXYZ \\N{x} \\x4',
  '"""',
  'It ends with "',
  "'''",
  '\\',
  'a\nb\n',
  '\u2028 \u2029 \u0000 \ufeff \u0085 \r\n \r',
  `/* // # \` $\{x} %s --> <b>&amp;`,
  '@deprecated old\n@see x',
  'emoji 😀 名 \u202e',
  '{@code x} {@link y',
  'word '.repeat(200),
];

const enums = [
  '',
  ' ',
  'a-b',
  '+1',
  '-1',
  '"',
  '\\',
  '\n',
  'é',
  '名',
  'null',
  'x,y',
  '`',
  "'",
  'class',
  'A',
  'a',
  '1',
  '$',
  '%s',
  '😀',
];

export interface AnySchemasOptions {
  readonly seed: number;
  /** How many schemas there are with names and texts at random. */
  readonly random: number;
  /** How many kinds of property each of the words above is the name of. Default: all. */
  readonly kindsOfWords?: number;
}

/** Schemas of the words above, of all descriptions and enums above, and schemas at random. */
export function anySchemas({ seed, random, kindsOfWords = kinds.length }: AnySchemasOptions): AnySchemas {
  const files: Record<string, Json> = {};
  const data: Record<string, Json> = {};
  const add = (name: string, properties: readonly (readonly [string, Property])[], required = false) => {
    files[`acme.any/${name}.v1.json`] = {
      type: 'object',
      properties: Object.fromEntries(properties.map(([each, { schema }]) => [each, schema])),
      ...(required && properties.length > 0 && { required: properties.map(([each]) => each) }),
    };
    data[`${name}V1`] = Object.fromEntries(properties.map(([each, { value }]) => [each, value]));
  };
  const usable = unique(words);
  for (let shift = 0; shift < kindsOfWords; shift++) {
    add(
      `Words${shift}`,
      usable.map((word, index) => [word, kindAt(index + shift)] as const),
      shift % 2 === 1,
    );
  }
  add(
    'Described',
    descriptions.map((description, i) => [`p${i}`, property({ type: 'string', description }, 'v')] as const),
  );
  add(
    'Enums',
    enums.map((value, i) => [`e${i}`, property({ type: 'string', enum: [value, `other${i}`] }, value)] as const),
  );
  add(
    'OneEnum',
    enums.map((value, i) => [`e${i}`, property({ type: 'string', enum: enums }, value)] as const),
  );
  add('Null', [['value', property({}, null)]], true);
  for (const [index, made] of fc.sample(anything, { seed, numRuns: random }).entries()) {
    const names = unique(made.names);
    add(
      `Any${index}`,
      names.map((name, at) => {
        const { schema, value } = kindAt(at + made.shift);
        return [name, property({ ...schema, description: made.descriptions[at] || 'It is.' }, value)] as const;
      }),
      made.required,
    );
  }
  return { set: load(files), data };
}

interface Property {
  readonly schema: Json;
  readonly value: unknown;
}

function property(schema: Json, value: unknown): Property {
  return { schema: { description: 'It is.', ...schema }, value };
}

const kinds: readonly Property[] = [
  property({ type: 'string' }, 'text "\\u2028'),
  property({ type: 'string' }, ''),
  property({ type: 'integer', minimum: 0, maximum: 9_007_199_254_740_991 }, 9_007_199_254_740_991),
  property({ type: 'integer', minimum: -9, maximum: 9 }, 0),
  property({ type: 'number', minimum: -1e9, maximum: 1e9 }, 1.25),
  property({ type: 'boolean' }, false),
  property({ type: 'array', items: { type: 'string' } }, ['a', '']),
  property({ type: 'array', items: { type: 'integer' } }, []),
  property({ type: 'string', enum: ['a', 'b'] }, 'b'),
  property({ type: 'object', additionalProperties: true }, { 'a"b': [1, null, { x: 1.5 }], '': '' }),
  property({ type: 'object', additionalProperties: { type: 'string' } }, {}),
  property({ type: 'string', format: 'date-time' }, '2026-12-01T04:05:21.123456+09:00'),
];

function kindAt(index: number): Property {
  return kinds[index % kinds.length] as Property;
}

const nameCharacters = [...'abcdefgzABCZ019_.$@:-'];
const anything = fc.record({
  names: fc.array(fc.string({ unit: fc.constantFrom(...nameCharacters), minLength: 1, maxLength: 6 }), {
    maxLength: 12,
  }),
  // A description may hold anything but the end of a comment.
  descriptions: fc.array(
    fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replaceAll('*/', '')),
    { minLength: 12, maxLength: 12 },
  ),
  shift: fc.nat(kinds.length),
  required: fc.boolean(),
});

/** The names that the check of schemas takes beside each other. */
function unique(names: readonly string[]): string[] {
  const kept: string[] = [];
  for (const name of names) {
    if (nameProblem(name) === undefined && collidingNames([...kept, name]).length === 0) kept.push(name);
  }
  return kept;
}

/** Loads the schemas as a project has them: the check of schemas has accepted them. */
function load(files: Readonly<Record<string, Json>>): SchemaSet {
  const folder = temporaryFolder();
  try {
    for (const [name, schema] of Object.entries(files)) {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      const head = {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $id: `https://starling.example/schemas/${name}`,
        title: 'A title',
        description: 'It is. C:\\users, """ and @deprecated.',
      };
      writeFileSync(file, JSON.stringify({ ...head, ...schema }));
    }
    return loadSchemas(folder, 'schemas');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
