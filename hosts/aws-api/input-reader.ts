import { isObject } from '#shared/objects.ts';
import { type ServiceError, serializationError } from './errors.ts';

/** The errors for a wrong input. Each service words them as AWS does. */
export interface ValidationMessages {
  missing(member: string): ServiceError;
  /** @param constraint what the member must be: `between 1 and 10` */
  invalid(member: string, value: unknown, constraint: string): ServiceError;
}

export interface Bounds {
  readonly from: number;
  readonly to: number;
}

/** Milliseconds since 1970. RFC 3339 writes years with four digits, so times end before this one. */
const YEAR_10000 = Date.UTC(10_000, 0);

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads the members of an input by their types, as AWS does. Null counts as absent. A member of a wrong type causes a
 * SerializationException. Unknown members are ignored.
 */
export class InputReader {
  readonly #values: JsonObject;
  readonly #messages: ValidationMessages;

  constructor(values: unknown, messages: ValidationMessages) {
    this.#values = objectOf(values, 'the input');
    this.#messages = messages;
  }

  has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  string(name: string): string | undefined {
    const value = this.#get(name);
    if (value !== undefined && typeof value !== 'string') throw wrongType(name, 'a string');
    return value;
  }

  requiredString(name: string): string {
    const value = this.string(name);
    if (value === undefined) throw this.#messages.missing(name);
    return value;
  }

  boolean(name: string): boolean | undefined {
    const value = this.#get(name);
    if (value !== undefined && typeof value !== 'boolean') throw wrongType(name, 'a boolean');
    return value;
  }

  integer(name: string, { from, to }: Bounds): number | undefined {
    const value = this.number(name);
    if (value === undefined) return undefined;
    if (!Number.isInteger(value)) throw wrongType(name, 'a whole number');
    if (value < from || value > to) throw this.#messages.invalid(name, value, `between ${from} and ${to}`);
    return value;
  }

  number(name: string): number | undefined {
    const value = this.#get(name);
    if (value !== undefined && typeof value !== 'number') throw wrongType(name, 'a number');
    return value;
  }

  /** Milliseconds since 1970. The JSON protocols write seconds with a fraction. */
  time(name: string): number | undefined {
    const seconds = this.number(name);
    if (seconds === undefined) return undefined;
    const time = Math.round(seconds * 1000);
    if (!(time >= 0 && time < YEAR_10000)) throw wrongType(name, 'a time from 1970 to 9999');
    return time;
  }

  blob(name: string): Buffer | undefined {
    const text = this.string(name);
    if (text === undefined) return undefined;
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) throw wrongType(name, 'base64');
    return Buffer.from(text, 'base64');
  }

  strings(name: string): readonly string[] | undefined {
    return this.#list(name)?.map((value) => {
      if (typeof value !== 'string') throw wrongType(name, 'a list of strings');
      return value;
    });
  }

  /** @throws ServiceError when the list is absent, empty, or longer than `most` */
  structures(name: string, most: number): readonly InputReader[] {
    const list = this.#list(name);
    if (list === undefined) throw this.#messages.missing(name);
    if (list.length < 1 || list.length > most) {
      throw this.#messages.invalid(name, `a list of ${list.length}`, `a list of 1 to ${most}`);
    }
    return list.map((value) => new InputReader(objectOf(value, name), this.#messages));
  }

  structure(name: string): InputReader | undefined {
    const value = this.#get(name);
    return value === undefined ? undefined : new InputReader(objectOf(value, name), this.#messages);
  }

  /** A list of any length. An absent list counts as empty. */
  anyStructures(name: string): readonly InputReader[] {
    return (this.#list(name) ?? []).map((value) => new InputReader(objectOf(value, name), this.#messages));
  }

  /** The keys of a map, each with its value as a structure. */
  map(name: string): readonly (readonly [string, InputReader])[] {
    const value = this.#get(name);
    if (value === undefined) return [];
    return Object.entries(objectOf(value, name)).map(([key, each]) => [
      key,
      new InputReader(objectOf(each, name), this.#messages),
    ]);
  }

  stringMap(name: string): Readonly<Record<string, string>> {
    const value = this.#get(name);
    if (value === undefined) return {};
    const map = objectOf(value, name);
    for (const each of Object.values(map)) if (typeof each !== 'string') throw wrongType(name, 'a map of strings');
    return map as Readonly<Record<string, string>>;
  }

  #get(name: string): unknown {
    // Names on Object.prototype, such as `constructor`, are not members.
    return Object.hasOwn(this.#values, name) ? (this.#values[name] ?? undefined) : undefined;
  }

  #list(name: string): readonly unknown[] | undefined {
    const value = this.#get(name);
    if (value !== undefined && !Array.isArray(value)) throw wrongType(name, 'a list');
    return value;
  }
}

function objectOf(value: unknown, name: string): JsonObject {
  if (!isObject(value)) throw wrongType(name, 'an object');
  return value as JsonObject;
}

function wrongType(name: string, type: string): ServiceError {
  return serializationError(`${name} must be ${type}.`);
}
