import { SchemaError } from './problems.ts';
import {
  childrenOf,
  eventsOf,
  idOf,
  type Located,
  resolve,
  rootOf,
  type Schema,
  type SchemaSet,
  whereIs,
} from './schema.ts';

/** A schema that becomes a type of its own. */
export interface NamedType extends Located {
  readonly name: string;
}

/**
 * The types of a set by the id of their schema: one for each event and for each definition that is more than a bounded
 * string or number. `TaskRequested.v1` is `TaskRequestedV1`; a definition keeps its name, with `V2` after it from the
 * second major on. An event that is nothing but a `$ref` shares the type that it refers to.
 *
 * @throws SchemaError when two of them would have the same name.
 */
export function typesOf(set: SchemaSet): Map<string, NamedType> {
  const events = eventsOf(set)
    .map((file) => ({ ...rootOf(file), name: file.detailType.replace('.v', 'V') }))
    .filter(({ schema }) => schema.$ref === undefined);
  const definitions = [...set.files.values()]
    .flatMap((file) => childrenOf(rootOf(file)))
    .filter(({ pointer, schema }) => pointer.startsWith('/$defs/') && deservesName(schema))
    .map((at) => ({ ...at, name: at.pointer.slice('/$defs/'.length) + majorSuffix(at.path) }));

  const named = new Map<string, NamedType>();
  for (const type of [...events, ...definitions]) {
    const other = named.get(type.name);
    if (other !== undefined) {
      const message = `This and ${whereIs(set, other)} would both become the type ${type.name}: rename one, or let one be a $ref to the other.`;
      throw new SchemaError([{ where: whereIs(set, type), message }]);
    }
    named.set(type.name, type);
  }
  return new Map([...named.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((type) => [idOf(type), type]));
}

/** The type of an event's data. Two sources may publish one detail-type only when it is one contract. */
export function typeOfEvent(set: SchemaSet, types: ReadonlyMap<string, NamedType>, at: Located): NamedType {
  const type = types.get(idOf(resolve(set, at)));
  if (type !== undefined) return type;
  throw new SchemaError([
    { where: whereIs(set, at), message: 'An event refers to another event or to an object in $defs.' },
  ]);
}

function deservesName(schema: Schema): boolean {
  return (schema.properties ?? schema.oneOf ?? schema.anyOf ?? schema.enum) !== undefined;
}

function majorSuffix(path: string): string {
  const major = /\.v([0-9]+)\.json$/.exec(path)?.[1] ?? '1';
  return major === '1' ? '' : `V${major}`;
}
