import { isObject } from '#shared/objects.ts';

/** A field whose value stays as it is. Its names belong to the client: metadata, data and content are never renamed. */
export const opaque = true;

/** The fields of a message of a2a.proto by their names in JSON: opaque ones, messages, and enumerations by number. */
export interface Fields {
  readonly [name: string]: typeof opaque | Fields | readonly string[];
}

/**
 * The fields of a message by their names in JSON. A reader of ProtoJSON takes a field also by its name in the .proto file
 * (`context_id`) and a value of an enumeration by its number (https://protobuf.dev/programming-guides/json). If a message has
 * both names, the name in JSON counts.
 *
 * @example
 * named({ message_id: '1', metadata: { a_b: 1 } }, { messageId: opaque, metadata: opaque });
 * // { messageId: '1', metadata: { a_b: 1 } }
 */
export function named(value: unknown, fields: Fields): unknown {
  if (Array.isArray(value)) return changed(value, (each) => named(each, fields));
  if (!isObject(value)) return value;
  let renamed: Record<string, unknown> | undefined;
  for (const [name, content] of Object.entries(value)) {
    const json = Object.hasOwn(fields, name) ? name : name.replaceAll(/_([a-z])/g, (_, letter) => letter.toUpperCase());
    const field = Object.hasOwn(fields, json) ? fields[json] : undefined;
    if (field === undefined) continue;
    const read = field === opaque ? content : isNames(field) ? enumerated(content, field) : named(content, field);
    if (json === name && read === content) continue;
    renamed ??= { ...value };
    if (json !== name) {
      delete renamed[name];
      if (Object.hasOwn(value, json)) continue;
    }
    renamed[json] = read;
  }
  return renamed ?? value;
}

function isNames(field: Fields | readonly string[]): field is readonly string[] {
  return Array.isArray(field);
}

function enumerated(value: unknown, names: readonly string[]): unknown {
  return typeof value === 'number' ? (names[value] ?? value) : value;
}

/** The same array if nothing changes, which is the usual case. */
function changed(values: readonly unknown[], change: (value: unknown) => unknown): readonly unknown[] {
  const results = values.map(change);
  return results.some((result, index) => result !== values[index]) ? results : values;
}
