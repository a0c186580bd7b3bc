import { Ajv2020 } from 'ajv/dist/2020.js';
import { adviceFor, keywords, refusals } from './keywords.ts';
import { checkFile } from './layout.ts';
import type { Problem } from './problems.ts';
import { collidingNames, nameProblem } from './property-names.ts';
import { childrenOf, type Located, type Schema, type SchemaSet, target, whereIs } from './schema.ts';

/**
 * Holds schemas to the subset of JSON Schema 2020-12 on which the generators of all languages agree (and which goes into
 * the EventBridge schema registry, i.e. into OpenAPI 3 and draft 4, without loss).
 */
export function checkSubset(set: SchemaSet<unknown>): Problem[] {
  const malformed = [...set.files.values()].flatMap((file) => checkMetaSchema(set, file.path, file.schema));
  if (malformed.length > 0) return malformed;
  // A value that the meta-schema accepts has the form of a schema, with keywords of the right types. Booleans are
  // handled below.
  const shaped = set as SchemaSet;
  return [...shaped.files.values()].flatMap((file) => {
    const problems = checkFile(shaped, file);
    return problems.length > 0 ? problems : walk(shaped, { path: file.path, pointer: '', schema: file.schema });
  });
}

const metaSchema = new Ajv2020({ allErrors: true, strict: false });

function checkMetaSchema(set: SchemaSet<unknown>, path: string, schema: unknown): Problem[] {
  if (typeof schema !== 'object' || schema === null) {
    return [{ where: whereIs(set, { path, pointer: '' }), message: 'A schema file is a JSON object.' }];
  }
  const dialect = (schema as { $schema?: unknown }).$schema;
  if (dialect !== metaSchema.defaultMeta()) {
    return [{ where: `${set.folder}/${path}#/$schema`, message: `Write "$schema": "${metaSchema.defaultMeta()}".` }];
  }
  if (metaSchema.validateSchema(schema) === true) return [];
  return (metaSchema.errors ?? []).map((error) => ({
    where: whereIs(set, { path, pointer: error.instancePath }),
    message: `This is not valid JSON Schema 2020-12: it ${error.message ?? 'is wrong'}.`,
  }));
}

function walk(set: SchemaSet, at: Located): Problem[] {
  if (typeof at.schema === 'boolean') {
    return [
      {
        where: whereIs(set, at),
        message: `Write a schema instead of ${at.schema}: a description alone means any value.`,
      },
    ];
  }
  return [...checkOne(set, at), ...childrenOf(at).flatMap((inner) => walk(set, inner))];
}

function checkOne(set: SchemaSet, at: Located): Problem[] {
  const problems: Problem[] = [];
  const refuse = (keyword: string | undefined, message: string) =>
    problems.push({
      where: whereIs(set, { path: at.path, pointer: at.pointer + (keyword ? `/${keyword}` : '') }),
      message,
    });

  for (const keyword of Object.keys(at.schema)) {
    if (!keywords.has(keyword)) refuse(keyword, adviceFor(keyword));
  }
  for (const { keyword, when, message } of refusals) {
    if (when(at.schema)) refuse(keyword, message);
  }
  for (const [index, branch] of (at.schema.oneOf ?? at.schema.anyOf ?? []).entries()) {
    const leadsTo = branch.$ref === undefined ? undefined : target(set, at, branch.$ref);
    if (leadsTo?.schema.type !== 'object') {
      refuse(
        `${at.schema.oneOf ? 'oneOf' : 'anyOf'}/${index}`,
        'An alternative is a $ref to an object in $defs, which gives its type a name.',
      );
    }
  }
  if (at.schema.$ref !== undefined && !leadsSomewhere(set, at)) {
    refuse(
      '$ref',
      `${at.schema.$ref} leads nowhere: use a relative path to a file of ${set.folder}/, or #/$defs/Name in one.`,
    );
  }
  const names = Object.keys(at.schema.properties ?? {});
  for (const [first, second] of collidingNames(names.filter((name) => nameProblem(name) === undefined))) {
    refuse(
      `properties/${second}`,
      `The properties ${JSON.stringify(first)} and ${JSON.stringify(second)} become one name in Go, Java or Python: rename one.`,
    );
  }
  for (const [name, property] of Object.entries(at.schema.properties ?? {})) {
    const problem = nameProblem(name);
    if (problem !== undefined) refuse(`properties/${name}`, problem);
    if (!at.schema.required?.includes(name) && takesAnything(set, at, property)) {
      refuse(
        `properties/${name}`,
        `The property ${JSON.stringify(name)} takes any value, also null: Go, Java and Python cannot tell null from a property that is left out. Require it, or say its type.`,
      );
    }
    if (typeof property === 'object' && !isDescribed(set, at, property)) {
      refuse(`properties/${name}`, 'Give it a description: what it means, its unit, where it comes from.');
    }
  }
  return problems;
}

function leadsSomewhere(set: SchemaSet, at: Located): boolean {
  const seen = new Set<Schema>();
  let here: Located | undefined = at;
  while (here?.schema.$ref !== undefined) {
    if (seen.has(here.schema)) return false;
    seen.add(here.schema);
    here = target(set, here, here.schema.$ref);
  }
  return here !== undefined;
}

function takesAnything(set: SchemaSet, at: Located, property: Schema): boolean {
  const { type, oneOf, anyOf, $ref } = property;
  if ($ref === undefined) return (type ?? oneOf ?? anyOf) === undefined;
  // A reference that leads nowhere is reported above.
  if (!leadsSomewhere(set, { ...at, schema: property })) return false;
  const next = target(set, at, $ref);
  return next !== undefined && takesAnything(set, next, next.schema);
}

function isDescribed(set: SchemaSet, at: Located, property: Schema): boolean {
  if (property.description !== undefined || property.$ref === undefined) return property.description !== undefined;
  return target(set, at, property.$ref)?.schema.description !== undefined;
}
