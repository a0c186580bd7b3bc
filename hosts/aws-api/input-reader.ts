import { isObject } from '#shared/objects.ts';
import { type ServiceError, serializationError } from './errors.ts';
import { problemOf, refusedMembers } from './reference/check.ts';
import type { Member, Members, Violation } from './reference/member.ts';

/** The errors for a wrong input. Each service words them as AWS does. */
export interface ValidationMessages {
  missing(member: string): ServiceError;
  /** @param limits the limits of the member */
  invalid(member: string, violation: Violation, limits: Member): ServiceError;
  /** AWS has the member, the mesh does not. */
  unsupported(member: string): ServiceError;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Characters of a value in a message. A client may send megabytes. */
const MAX_SHOWN = 200;

/**
 * Reads the members of an input. The table of `reference` has their types and limits. Null counts as absent. A member of
 * a wrong type causes a SerializationException. As AWS does, the reader ignores members that the table does not have.
 */
export class InputReader {
  readonly #values: JsonObject;
  readonly #members: Members;
  readonly #messages: ValidationMessages;
  #isChecked = false;

  constructor(values: unknown, members: Members, messages: ValidationMessages) {
    if (!isObject(values)) throw wrongType('the input', 'an object');
    this.#values = values as JsonObject;
    this.#members = members;
    this.#messages = messages;
  }

  /**
   * Checks all members, as AWS does before it looks at any of them. Leaves out the entries of a batch, which fail alone.
   *
   * @throws ServiceError
   */
  check(): this {
    const [refused] = refusedMembers(this.#members, this.#values);
    if (refused !== undefined) throw this.#messages.unsupported(refused);
    for (const [name, member] of Object.entries(this.#members)) {
      const value = this.#read(name);
      if (value === undefined && member.required) throw this.#messages.missing(name);
      if (value !== undefined) this.#checkInside(member, value);
    }
    this.#isChecked = true;
    return this;
  }

  has(name: string): boolean {
    return this.#read(name) !== undefined;
  }

  string(name: string): string | undefined {
    return this.#read(name) as string | undefined;
  }

  requiredString(name: string): string {
    const value = this.string(name);
    if (value === undefined) throw this.#messages.missing(name);
    return value;
  }

  boolean(name: string): boolean | undefined {
    return this.#read(name) as boolean | undefined;
  }

  integer(name: string): number | undefined {
    return this.#read(name) as number | undefined;
  }

  /** Milliseconds since 1970. The JSON protocols write seconds with a fraction. */
  time(name: string): number | undefined {
    const seconds = this.#read(name) as number | undefined;
    return seconds === undefined ? undefined : Math.round(seconds * 1000);
  }

  blob(name: string): Buffer | undefined {
    const text = this.string(name);
    return text === undefined ? undefined : Buffer.from(text, 'base64');
  }

  strings(name: string): readonly string[] | undefined {
    return this.#read(name) as readonly string[] | undefined;
  }

  structure(name: string): InputReader | undefined {
    const value = this.#read(name);
    const member = this.#member(name);
    return value === undefined || member.type !== 'structure' ? undefined : this.#inner(value, member.members);
  }

  /** A list of structures. @throws ServiceError when the list is required and absent */
  structures(name: string): readonly InputReader[] {
    const list = this.#read(name) as readonly unknown[] | undefined;
    const member = this.#member(name);
    if (list === undefined && member.required) throw this.#messages.missing(name);
    return (list ?? []).map((value) => this.#inner(value, elementsOf(member)));
  }

  /** The keys of a map, each with its value as a structure. */
  map(name: string): readonly (readonly [string, InputReader])[] {
    const map = (this.#read(name) ?? {}) as JsonObject;
    const members = elementsOf(this.#member(name));
    return Object.entries(map).map(([key, value]) => [key, this.#inner(value, members)]);
  }

  stringMap(name: string): Readonly<Record<string, string>> | undefined {
    return this.#read(name) as Readonly<Record<string, string>> | undefined;
  }

  #checkInside(member: Member, value: unknown): void {
    if (member.type === 'structure') this.#inner(value, member.members).check();
    if (member.type !== 'map' && member.type !== 'list') return;
    if (member.of.type !== 'structure' || (member.type === 'list' && member.eachAlone)) return;
    for (const each of Object.values(value as object)) this.#inner(each, member.of.members).check();
  }

  /** The value, after a check of its type and limits. Undefined when the input does not have it. */
  #read(name: string): unknown {
    const member = this.#member(name);
    // Names on Object.prototype, such as `constructor`, are not members.
    const value = Object.hasOwn(this.#values, name) ? (this.#values[name] ?? undefined) : undefined;
    if (value === undefined || this.#isChecked) return value;
    const problem = problemOf(member, value);
    if (problem === undefined) return value;
    if ('type' in problem) throw wrongType(name, problem.type);
    throw this.#messages.invalid(name, { ...problem, value: problem.value.slice(0, MAX_SHOWN) }, member);
  }

  #member(name: string): Member {
    const member = this.#members[name];
    if (member === undefined) throw new Error(`hosts/aws-api/reference does not have the member ${name}`);
    return member;
  }

  #inner(value: unknown, members: Members): InputReader {
    return new InputReader(value, members, this.#messages);
  }
}

function elementsOf(member: Member): Members {
  if (member.type !== 'list' && member.type !== 'map') return {};
  return member.of.type === 'structure' ? member.of.members : {};
}

function wrongType(name: string, type: string): ServiceError {
  return serializationError(`${name} must be ${type}.`);
}
