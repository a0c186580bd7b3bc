import { child, idOf, type Located, resolve, type Schema, type SchemaSet, whereIs } from '#shared/schemas/schema.ts';
import { bounds, type Direction, textOf } from './bounds.ts';

/** A difference between a released schema and the present one that a minor change may not make. */
export interface Change {
  /** The place in the present schema, or in the released schema if it is gone from the present one. */
  readonly where: string;
  readonly what: string;
  /** `widened`: old consumers may not accept new data. `narrowed`: old data may be invalid now. */
  readonly direction: Direction;
}

interface Sides {
  readonly released: SchemaSet;
  readonly present: SchemaSet;
  /** Pairs that are being compared, for definitions that contain themselves. */
  readonly seen: Set<string>;
}

/**
 * The incompatible differences between two versions of a contract. Within a major version, every consumer reads the
 * data of every producer. So only texts for people (titles, descriptions) may change, and optional properties may be
 * added to an open object.
 */
export function incompatibilities(released: SchemaSet, before: Located, present: SchemaSet, after: Located): Change[] {
  return compare({ released, present, seen: new Set() }, before, after);
}

function compare(sides: Sides, releasedAt: Located, presentAt: Located): Change[] {
  const before = resolve(sides.released, releasedAt);
  const after = resolve(sides.present, presentAt);
  const pair = `${idOf(before)} ${idOf(after)}`;
  if (sides.seen.has(pair)) return [];
  sides.seen.add(pair);

  if (shapeOf(before.schema) !== shapeOf(after.schema)) return [compareShapes(sides, before, after)];
  return [
    ...compareBounds(sides, before, after),
    ...compareEnums(sides, before, after),
    ...compareProperties(sides, before, after),
    ...compareInner(sides, before, after, 'items'),
    ...compareInner(sides, before, after, 'additionalProperties'),
    ...compareChoices(sides, before, after, 'oneOf'),
    ...compareChoices(sides, before, after, 'anyOf'),
  ];
}

type Shape = NonNullable<Schema['type']> | 'oneOf' | 'anyOf' | 'any value';

function shapeOf({ type, oneOf, anyOf }: Schema): Shape {
  return type ?? (oneOf && 'oneOf') ?? (anyOf && 'anyOf') ?? 'any value';
}

function compareShapes(sides: Sides, before: Located, after: Located): Change {
  const [old, now] = [shapeOf(before.schema), shapeOf(after.schema)];
  const isWider = (wide: Shape, narrow: Shape) =>
    wide === 'any value' || (wide === 'number' && narrow === 'integer') || (wide === 'anyOf' && narrow === 'oneOf');
  const direction = isWider(now, old) ? 'widened' : isWider(old, now) ? 'narrowed' : 'both';
  return { where: whereIs(sides.present, after), what: `the type was ${old} and is ${now}`, direction };
}

function compareBounds(sides: Sides, before: Located, after: Located): Change[] {
  return bounds.flatMap(({ keyword, direction }) => {
    const [old, now] = [before.schema[keyword], after.schema[keyword]];
    if (old === now) return [];
    const what = `${keyword} was ${textOf(old)} and is ${textOf(now)}`;
    const at =
      now === undefined ? whereIs(sides.present, after) : whereIs(sides.present, child(after, after.schema, keyword));
    return [{ where: at, what, direction: direction(old, now) }];
  });
}

function compareEnums(sides: Sides, before: Located, after: Located): Change[] {
  const [old, now] = [before.schema.enum, after.schema.enum];
  if (old === undefined && now === undefined) return [];
  const where = whereIs(sides.present, now === undefined ? after : child(after, after.schema, 'enum'));
  if (now === undefined) return [{ where, what: 'the enum is gone: any string is allowed', direction: 'widened' }];
  if (old === undefined)
    return [{ where, what: 'an enum was added: other strings were allowed', direction: 'narrowed' }];
  return [
    ...now
      .filter((value) => !old.includes(value))
      .map((value): Change => ({ where, what: `the value ${value} was added`, direction: 'widened' })),
    ...old
      .filter((value) => !now.includes(value))
      .map((value): Change => ({ where, what: `the value ${value} was removed`, direction: 'narrowed' })),
  ];
}

function compareProperties(sides: Sides, before: Located, after: Located): Change[] {
  const { properties: old = {}, required: wasRequired = [] } = before.schema;
  const { properties: now = {}, required: isRequired = [] } = after.schema;
  const at = (name: string) => child(after, after.schema, 'properties', name);
  const closed = (before.schema.additionalProperties ?? true) !== true;
  const changes: Change[] = [];
  const tell = (where: string, what: string, direction: Direction) => changes.push({ where, what, direction });

  for (const [name, schema] of Object.entries(old)) {
    const next = now[name];
    const required = wasRequired.includes(name);
    if (next === undefined) {
      const gone = whereIs(sides.released, child(before, before.schema, 'properties', name));
      tell(gone, `the ${required ? 'required' : 'optional'} property "${name}" was removed`, 'widened');
      continue;
    }
    if (required && !isRequired.includes(name))
      tell(whereIs(sides.present, at(name)), `"${name}" was required and is optional`, 'widened');
    if (!required && isRequired.includes(name))
      tell(whereIs(sides.present, at(name)), `"${name}" was optional and is required`, 'narrowed');
    changes.push(...compare(sides, child(before, schema, 'properties', name), child(after, next, 'properties', name)));
  }
  for (const name of Object.keys(now).filter((name) => !Object.hasOwn(old, name))) {
    if (isRequired.includes(name))
      tell(whereIs(sides.present, at(name)), `the required property "${name}" was added`, 'narrowed');
    else if (closed)
      tell(
        whereIs(sides.present, at(name)),
        `the property "${name}" was added to an object that was closed to others`,
        'widened',
      );
  }
  return changes;
}

function compareInner(
  sides: Sides,
  before: Located,
  after: Located,
  keyword: 'items' | 'additionalProperties',
): Change[] {
  // An absent schema accepts everything, as `true` does.
  const [old, now] = [before.schema[keyword] ?? true, after.schema[keyword] ?? true];
  if (typeof old === 'object' && typeof now === 'object')
    return compare(sides, child(before, old, keyword), child(after, now, keyword));
  if (old === now) return [];
  const where = whereIs(
    sides.present,
    after.schema[keyword] === undefined ? after : child(after, after.schema, keyword),
  );
  const direction = now === true || old === false ? 'widened' : 'narrowed';
  return [{ where, what: `${keyword} allowed ${kind(old)} and allows ${kind(now)}`, direction }];
}

function kind(value: boolean | Schema): string {
  if (typeof value === 'object') return 'what a schema says';
  return value ? 'anything' : 'nothing';
}

/** Alternatives are compared by the definitions that they refer to. Their order may change. */
function compareChoices(sides: Sides, before: Located, after: Located, keyword: 'oneOf' | 'anyOf'): Change[] {
  const branches = (set: SchemaSet, at: Located) =>
    new Map(
      (at.schema[keyword] ?? []).map((schema, index) => [
        idOf(resolve(set, child(at, schema, keyword, index))),
        child(at, schema, keyword, index),
      ]),
    );
  const [old, now] = [branches(sides.released, before), branches(sides.present, after)];
  if (old.size === 0 && now.size === 0) return [];
  const changes: Change[] = [];
  for (const [id, branch] of old) {
    const next = now.get(id);
    if (next !== undefined) changes.push(...compare(sides, branch, next));
    else
      changes.push({
        where: whereIs(sides.released, branch),
        what: `the alternative ${branch.schema.$ref} was removed from ${keyword}`,
        direction: 'narrowed',
      });
  }
  for (const [id, branch] of now) {
    if (!old.has(id))
      changes.push({
        where: whereIs(sides.present, branch),
        what: `the alternative ${branch.schema.$ref} was added to ${keyword}`,
        direction: 'widened',
      });
  }
  return changes;
}
