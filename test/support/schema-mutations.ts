import { child, type Located, resolve, type SchemaSet } from '#shared/schemas/schema.ts';

export type MutationKind = 'required' | 'type' | 'range' | 'length' | 'pattern' | 'format' | 'enum';

/** A value with one thing wrong, and what. */
export interface Mutation {
  readonly kind: MutationKind;
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

const wrong = { object: [], array: {}, string: 7, integer: 1.5, number: 'x', boolean: 'yes' } as const;

/** Every single mistake that the schema forbids, made in a copy of a valid value. */
export function mutationsOf(set: SchemaSet, schema: Located, value: unknown): Mutation[] {
  return [...mistakes(set, schema, value, [])].map(({ kind, path, change }) => ({
    kind,
    path,
    value: changed(value, path, change),
  }));
}

interface Mistake {
  readonly kind: MutationKind;
  readonly path: (string | number)[];
  /** The wrong value; undefined removes it. */
  readonly change: unknown;
}

function* mistakes(set: SchemaSet, at: Located, value: unknown, path: (string | number)[]): Generator<Mistake> {
  const here = resolve(set, at);
  const { schema } = here;
  if (schema.oneOf !== undefined) {
    const branches = schema.oneOf.map((branch, index) => resolve(set, child(here, branch, 'oneOf', index)));
    const branch = branches.find(({ schema: { required = [] } }) =>
      required.every((key) => Object.hasOwn(value as object, key)),
    );
    if (branch !== undefined) yield* mistakes(set, branch, value, path);
    return;
  }
  if (schema.type !== undefined && path.length > 0) yield { kind: 'type', path, change: wrong[schema.type] };
  if (schema.minimum !== undefined) yield { kind: 'range', path, change: schema.minimum - 1 };
  if (schema.maximum !== undefined) yield { kind: 'range', path, change: schema.maximum + 1 };
  if (schema.minLength) yield { kind: 'length', path, change: '' };
  if (schema.maxLength !== undefined && !schema.format)
    yield { kind: 'length', path, change: 'x'.repeat(schema.maxLength + 1) };
  if (schema.pattern !== undefined) yield { kind: 'pattern', path, change: '\n' };
  if (schema.format !== undefined) yield { kind: 'format', path, change: '2026-02-03 at noon, Z' };
  if (schema.enum !== undefined) yield { kind: 'enum', path, change: 'NEITHER_OF_THEM' };
  if (Array.isArray(value)) yield* arrayMistakes(set, here, value, path);
  else if (schema.properties !== undefined) yield* objectMistakes(set, here, value as Record<string, unknown>, path);
}

function* arrayMistakes(set: SchemaSet, at: Located, value: unknown[], path: (string | number)[]): Generator<Mistake> {
  const { minItems, maxItems, items } = at.schema;
  if (minItems) yield { kind: 'length', path, change: [] };
  if (maxItems !== undefined && value.length > 0)
    yield { kind: 'length', path, change: new Array(maxItems + 1).fill(value[0]) };
  if (items === undefined) return;
  for (const [index, item] of value.entries()) yield* mistakes(set, child(at, items, 'items'), item, [...path, index]);
}

function* objectMistakes(
  set: SchemaSet,
  at: Located,
  value: Record<string, unknown>,
  path: (string | number)[],
): Generator<Mistake> {
  for (const name of at.schema.required ?? []) yield { kind: 'required', path: [...path, name], change: undefined };
  for (const [name, schema] of Object.entries(at.schema.properties ?? {})) {
    if (Object.hasOwn(value, name))
      yield* mistakes(set, child(at, schema, 'properties', name), value[name], [...path, name]);
  }
}

/** A copy along the path, so that thousands of mutations stay cheap. */
function changed(value: unknown, path: readonly (string | number)[], change: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, unknown>;
  const next = changed(copy[key], rest, change);
  if (next === undefined) delete copy[key];
  else copy[key] = next;
  return copy;
}
