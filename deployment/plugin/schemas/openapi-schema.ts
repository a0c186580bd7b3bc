import type { NamedType } from '#shared/schemas/names.ts';
import { SchemaError } from '#shared/schemas/problems.ts';
import { child, idOf, type Located, resolve, type Schema, type SchemaSet, whereIs } from '#shared/schemas/schema.ts';

/** A Schema Object of OpenAPI 3.0 (https://spec.openapis.org/oas/v3.0.3#schema-object). */
export type OpenApiSchema = Readonly<Record<string, unknown>>;

/** The keywords that both dialects write in the same way, with the same meaning. */
const alike: ReadonlySet<string> = new Set([
  ...['title', 'description', 'deprecated'],
  ...['type', 'enum', 'format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum'],
  ...['minItems', 'maxItems'],
]);

/** The place and the dialect of a file. The document has no use for either. */
const ofTheFile: ReadonlySet<string> = new Set(['$schema', '$id', '$defs']);

type Converted = readonly [keyword: string, value: unknown][];

/**
 * A schema of the subset (see subset.ts) in OpenAPI 3.0. Types with a name are referred to, as `componentRef` has them, and
 * told to `refer`; bounded strings and numbers are written out where they are used, as generators of code would make a
 * class of each.
 *
 * @throws SchemaError on a keyword that the subset does not have: nothing is dropped in silence.
 */
export function toOpenApi(
  set: SchemaSet,
  types: ReadonlyMap<string, NamedType>,
  at: Located,
  refer: (type: NamedType) => void,
): OpenApiSchema {
  const convert = (schema: Schema, ...tokens: (string | number)[]) =>
    toOpenApi(set, types, child(at, schema, ...tokens), refer);
  if (at.schema.$ref !== undefined) return reference(set, types, at, refer);

  const entries = Object.entries(at.schema).flatMap(([keyword, value]): Converted => {
    if (ofTheFile.has(keyword)) return [];
    if (alike.has(keyword)) return [[keyword, value]];
    switch (keyword) {
      case 'required':
        // OpenAPI 3.0 is based on draft 4, which needs at least one.
        return (value as readonly string[]).length > 0 ? [[keyword, value]] : [];
      case 'properties':
        return [[keyword, mapValues(value as Record<string, Schema>, (each, name) => convert(each, keyword, name))]];
      case 'items':
        return [[keyword, convert(value as Schema, keyword)]];
      case 'additionalProperties':
        return [[keyword, typeof value === 'boolean' ? value : convert(value as Schema, keyword)]];
      case 'oneOf':
      case 'anyOf':
        return [[keyword, (value as readonly Schema[]).map((each, index) => convert(each, keyword, index))]];
      case 'examples':
        return examples(value as readonly unknown[]);
      case '$comment':
        return [['x-comment', value]];
      default:
        throw unknown(set, at, keyword);
    }
  });
  return Object.fromEntries(entries);
}

/** The reference to a type among the document's components. */
export function componentRef({ name }: Pick<NamedType, 'name'>): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

function reference(
  set: SchemaSet,
  types: ReadonlyMap<string, NamedType>,
  at: Located,
  refer: (type: NamedType) => void,
): OpenApiSchema {
  const { $ref: _, ...beside } = at.schema;
  const annotations = toOpenApi(set, types, { ...at, schema: beside }, refer);
  const definition = resolve(set, at);
  const type = types.get(idOf(definition));
  if (type === undefined) return { ...toOpenApi(set, types, definition, refer), ...annotations };
  refer(type);
  // OpenAPI 3.0 ignores all keywords beside a reference.
  return Object.keys(annotations).length > 0 ? { allOf: [componentRef(type)], ...annotations } : componentRef(type);
}

/** OpenAPI 3.0 has one example, so that the others go into an extension. */
function examples([first, ...others]: readonly unknown[]): Converted {
  if (first === undefined) return [];
  return others.length === 0
    ? [['example', first]]
    : [
        ['example', first],
        ['x-examples', [first, ...others]],
      ];
}

function unknown(set: SchemaSet, at: Located, keyword: string): SchemaError {
  return new SchemaError([
    {
      where: whereIs(set, { path: at.path, pointer: `${at.pointer}/${keyword}` }),
      message: `"${keyword}" has no form in OpenAPI 3.0 yet: give it one in deployment/plugin/schemas/openapi-schema.ts.`,
    },
  ]);
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From, key: string) => To) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
