import { isObject } from '#shared/objects.ts';
import type { Bounds, Member, Members, Violation } from './member.ts';

/** Milliseconds since 1970. RFC 3339 writes years with four digits, so times end before this one. */
const YEAR_10000 = Date.UTC(10_000, 0);

export type Problem = { readonly type: string } | Violation;

/** The first problem of a value: a wrong type, or the limit that it is beyond. Checks a structure inside a list later. */
export function problemOf(member: Member, value: unknown): Problem | undefined {
  switch (member.type) {
    case 'string':
      return typeof value === 'string' ? textProblem(member, value) : { type: 'a string' };
    case 'boolean':
      return typeof value === 'boolean' ? undefined : { type: 'a boolean' };
    case 'integer':
      if (typeof value !== 'number') return { type: 'a number' };
      if (!Number.isInteger(value)) return { type: 'a whole number' };
      return beyond(member, value, String(value));
    case 'timestamp':
      if (typeof value !== 'number') return { type: 'a number' };
      return isTime(value) ? undefined : { type: 'a time from 1970 to 9999' };
    case 'blob':
      if (typeof value !== 'string') return { type: 'a string' };
      if (!isBase64(value)) return { type: 'base64' };
      return beyond(member, blobBytes(value), `of ${blobBytes(value)} bytes`);
    case 'list':
      return Array.isArray(value) ? listProblem(member, value) : { type: 'a list' };
    case 'map':
      return isObject(value)
        ? (beyond(member, Object.keys(value).length, `a map of ${Object.keys(value).length}`) ??
            elementProblem(member.of, Object.values(value)))
        : { type: 'an object' };
    case 'structure':
      return isObject(value) ? undefined : { type: 'an object' };
    default:
      return member satisfies never;
  }
}

/** The members that the mesh refuses and that the input uses. False is the same as absent. */
export function refusedMembers(members: Members, values: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(members).filter((name) => {
    if (members[name]?.support !== 'refused' || !Object.hasOwn(values, name)) return false;
    const value = values[name];
    return value !== null && value !== undefined && value !== false;
  });
}

export function isTime(seconds: number): boolean {
  return seconds >= 0 && seconds * 1000 < YEAR_10000;
}

function textProblem(member: Extract<Member, { type: 'string' }>, value: string): Problem | undefined {
  const { pattern, values } = member;
  const size = beyond(member, value.length, value);
  if (size !== undefined) return size;
  if (pattern !== undefined && !matcherOf(pattern).test(value)) return { limit: 'pattern', value, size: value.length };
  if (values !== undefined && !values.includes(value)) return { limit: 'values', value, size: value.length };
  return undefined;
}

const matchers = new Map<string, RegExp>();

/** Compiles each pattern of the tables once. */
function matcherOf(pattern: string): RegExp {
  let matcher = matchers.get(pattern);
  if (matcher === undefined) {
    matcher = new RegExp(`^(?:${pattern})$`);
    matchers.set(pattern, matcher);
  }
  return matcher;
}

function listProblem(member: Extract<Member, { type: 'list' }>, value: readonly unknown[]): Problem | undefined {
  return beyond(member, value.length, `a list of ${value.length}`) ?? elementProblem(member.of, value);
}

function elementProblem(element: Member, values: readonly unknown[]): Problem | undefined {
  for (const value of values) {
    const problem = problemOf(element, value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function beyond({ min, max }: Bounds, size: number, value: string): Violation | undefined {
  if (min !== undefined && size < min) return { limit: 'min', value, size };
  if (max !== undefined && size > max) return { limit: 'max', value, size };
  return undefined;
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0;
}

/** The number of bytes that base64 stands for. */
function blobBytes(text: string): number {
  return (text.length / 4) * 3 - (text.match(/=*$/)?.[0].length ?? 0);
}
