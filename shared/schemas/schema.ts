import { posix } from 'node:path';

/** A JSON Schema within the subset (see subset.ts). */
export interface Schema {
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** One file. `path` is relative to the set's folder and has slashes: `starling.tasks/TaskRequested.v1.json`. */
export interface SchemaFile<Content = Schema> {
  readonly path: string;
  readonly schema: Content;
}

/** The checked schemas of a folder, by path. `folder` is how messages name it: `schemas`, `schemas/released`. */
export interface SchemaSet<Content = Schema> {
  readonly folder: string;
  readonly files: ReadonlyMap<string, SchemaFile<Content>>;
}

/** A schema and where it stands. `pointer` is a JSON pointer (RFC 6901), '' for the file itself. */
export interface Located {
  readonly path: string;
  readonly pointer: string;
  readonly schema: Schema;
}

/** The events of a set: every file that is not in `common/`. */
export interface EventFile extends SchemaFile {
  /** The folder, which is the EventBridge source: `starling.tasks`. */
  readonly source: string;
  /** `TaskRequested.v1` */
  readonly detailType: string;
}

export const baseId = 'https://starling.example/schemas/';
export const commonFolder = 'common';

export function eventsOf(set: SchemaSet): EventFile[] {
  return [...set.files.values()]
    .map((file) => ({ ...file, source: posix.dirname(file.path), detailType: posix.basename(file.path, '.json') }))
    .filter(({ source }) => source !== commonFolder);
}

/** `1 event`, `8 events`: how the commands count them. */
export function countEvents(set: SchemaSet): string {
  const { length } = eventsOf(set);
  return `${length} event${length === 1 ? '' : 's'}`;
}

export function rootOf(file: SchemaFile): Located {
  return { path: file.path, pointer: '', schema: file.schema };
}

export function idOf(at: Located): string {
  return baseId + at.path + (at.pointer === '' ? '' : `#${at.pointer}`);
}

export function whereIs(set: SchemaSet<unknown>, at: { path: string; pointer: string }): string {
  return `${set.folder}/${at.path}${at.pointer === '' ? '' : `#${at.pointer}`}`;
}

export function child(at: Located, schema: Schema, ...tokens: (string | number)[]): Located {
  return { path: at.path, pointer: at.pointer + pointerOf(...tokens), schema };
}

export function pointerOf(...tokens: (string | number)[]): string {
  return tokens.map((token) => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The schemas directly within this one. */
export function childrenOf(at: Located): Located[] {
  const { properties = {}, $defs = {}, items, additionalProperties, oneOf = [], anyOf = [] } = at.schema;
  return [
    ...Object.entries($defs).map(([name, schema]) => child(at, schema, '$defs', name)),
    ...Object.entries(properties).map(([name, schema]) => child(at, schema, 'properties', name)),
    ...(items === undefined ? [] : [child(at, items, 'items')]),
    ...(typeof additionalProperties === 'object' ? [child(at, additionalProperties, 'additionalProperties')] : []),
    ...oneOf.map((schema, index) => child(at, schema, 'oneOf', index)),
    ...anyOf.map((schema, index) => child(at, schema, 'anyOf', index)),
  ];
}

/** Where a `$ref` leads: another file of the set, or a definition at the top of one. Undefined when there is no such thing. */
export function target(set: SchemaSet, from: { path: string }, ref: string): Located | undefined {
  const [file = '', fragment = ''] = ref.split('#', 2);
  const path = file === '' ? from.path : posix.normalize(posix.join(posix.dirname(from.path), file));
  const schema = set.files.get(path)?.schema;
  if (schema === undefined) return undefined;
  if (fragment === '') return { path, pointer: '', schema };
  const name = /^\/\$defs\/([A-Za-z0-9]+)$/.exec(fragment)?.[1];
  const definition = name === undefined ? undefined : schema.$defs?.[name];
  return definition === undefined ? undefined : { path, pointer: fragment, schema: definition };
}

/** Follows `$ref` to where the schema itself stands. The set is checked, so every reference leads somewhere. */
export function resolve(set: SchemaSet, at: Located): Located {
  let here = at;
  while (here.schema.$ref !== undefined) {
    const next = target(set, here, here.schema.$ref);
    if (next === undefined) throw new TypeError(`${whereIs(set, here)}: ${here.schema.$ref} leads nowhere`);
    here = next;
  }
  return here;
}
