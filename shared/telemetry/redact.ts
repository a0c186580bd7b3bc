import { isAnyArrayBuffer, isNativeError } from 'node:util/types';
import type { LogFields } from './logger.ts';
import { isSecret, REDACTED, withoutSecrets } from './secret-forms.ts';

const MAX_TEXT = 2_000;
const MAX_STACK = 8_000;
const MAX_DEPTH = 5;
const MAX_ITEMS = 20;
const MAX_KEYS = 40;
/** Characters of the name of a member, and of the name and the code of an error. */
const MAX_NAME = 100;
const MAX_CAUSES = 5;
/** The bounds of one line: objects and arrays at any depth, and characters of text. */
const MAX_NODES = 200;
const MAX_CHARACTERS = 32_000;

const ELLIPSIS = '…';

/** The private members of a JSON Web Key (RFC 7518 §6). */
const privateJwkMembers = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']);

/** A text of bounded length, without the secrets that have a known form. */
export function redactText(text: string, limit = MAX_TEXT): string {
  // The text is cut first, so that a megabyte costs no more than a page. The cut is far behind the shown part, so no
  // secret is cut in two.
  const scanned = 4 * Math.max(limit, MAX_TEXT);
  const isLong = text.length > scanned;
  const safe = withoutSecrets(isLong ? text.slice(0, scanned) : text);
  return isLong || safe.length > limit ? `${safe.slice(0, limit)}${ELLIPSIS}` : safe;
}

/**
 * Fields for a log line: plain JSON, bounded in depth and size, without secrets. Errors become their name, message,
 * code, stack and cause. Other members of errors are left out, because clients attach requests and responses to them.
 */
export function redactFields(fields: LogFields): Record<string, unknown> {
  return members(fields, 0, { nodes: MAX_NODES, characters: MAX_CHARACTERS });
}

interface Budget {
  nodes: number;
  characters: number;
}

function boundedText(text: string, budget: Budget, limit = MAX_TEXT): string {
  const safe = redactText(text, Math.min(limit, Math.max(budget.characters, 0)));
  budget.characters -= safe.length;
  return safe;
}

function plain(value: unknown, depth: number, budget: Budget): unknown {
  switch (typeof value) {
    case 'string':
      return boundedText(value, budget);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return String(value);
    case 'boolean':
    case 'undefined':
      return value;
    case 'object':
      return value === null ? null : plainObject(value, depth, budget);
    default:
      return `[${typeof value}]`;
  }
}

function plainObject(value: object, depth: number, budget: Budget): unknown {
  if (--budget.nodes < 0 || depth > MAX_DEPTH) return ELLIPSIS;
  if (isError(value)) return plainError(value, budget, 0);
  if (ArrayBuffer.isView(value) || isAnyArrayBuffer(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map || value instanceof Set) return `[${value.size} entries]`;
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item: unknown, index) => {
      return isSecretAfter(value[index - 1], item) ? REDACTED : plain(item, depth + 1, budget);
    });
    return value.length > MAX_ITEMS ? [...items, `${ELLIPSIS} ${value.length - MAX_ITEMS} more`] : items;
  }
  // Dates, URLs and decimals have a JSON form.
  if ('toJSON' in value && typeof value.toJSON === 'function') return plain(value.toJSON(), depth + 1, budget);
  return members(value, depth, budget);
}

/** Raw headers, header pairs and arguments have the name of a value before it: `['Authorization', 'Basic …']`. */
function isSecretAfter(previous: unknown, value: unknown): boolean {
  return typeof previous === 'string' && previous.length <= MAX_NAME && isSecret(previous, value);
}

const nameMembers = ['name', 'Name', 'key', 'Key', 'header'];

/** `{ name: 'client_secret', value: … }`, as lists of headers, tags and variables have it. */
function namesSecret(owner: object): boolean {
  return nameMembers.some((member) => {
    const name: unknown = Object.getOwnPropertyDescriptor(owner, member)?.value;
    return typeof name === 'string' && name.length <= MAX_NAME && isSecret(name, '');
  });
}

/** The name of a member may be a secret itself, such as the token that is the key of a cache. */
function safeName(name: string): string {
  return /^[\w-]{1,24}$/.test(name) ? name : redactText(name, MAX_NAME);
}

function members(value: object, depth: number, budget: Budget): Record<string, unknown> {
  const isKey = 'kty' in value;
  const names = Object.keys(value);
  const hidesValue = namesSecret(value);
  const safe: [string, unknown][] = [];
  for (const name of names.slice(0, MAX_KEYS)) {
    const isHidden = (isKey && privateJwkMembers.has(name)) || (hidesValue && name.toLowerCase() === 'value');
    safe.push([safeName(name), isHidden ? REDACTED : member(value, name, depth, budget)]);
  }
  if (names.length > MAX_KEYS) safe.push([ELLIPSIS, `${names.length - MAX_KEYS} more`]);
  return Object.fromEntries(safe);
}

/** A log call must not throw, whatever a getter does. */
function member(owner: object, name: string, depth: number, budget: Budget): unknown {
  try {
    const value: unknown = Reflect.get(owner, name);
    return isSecret(name, value) ? REDACTED : plain(value, depth + 1, budget);
  } catch {
    return '[unreadable]';
  }
}

/** An error as a log line shows it. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: unknown;
  /** The errors of an AggregateError, whose own message says nothing. */
  readonly errors?: readonly unknown[];
}

function isError(value: unknown): value is Error {
  return isNativeError(value) || value instanceof Error;
}

function plainError(error: Error, budget: Budget, causes: number): PlainError {
  const code = 'code' in error ? error.code : undefined;
  const inner = (value: unknown) => {
    if (isError(value))
      return causes < MAX_CAUSES && --budget.nodes >= 0 ? plainError(value, budget, causes + 1) : ELLIPSIS;
    return plain(value, 1, budget);
  };
  return {
    name: boundedText(String(error.name), budget, MAX_NAME),
    message: boundedText(String(error.message), budget),
    ...(typeof code === 'number' && { code }),
    ...(typeof code === 'string' && { code: boundedText(code, budget, MAX_NAME) }),
    ...(typeof error.stack === 'string' && { stack: boundedText(error.stack, budget, MAX_STACK) }),
    ...(error.cause !== undefined && { cause: inner(error.cause) }),
    ...('errors' in error && Array.isArray(error.errors) && { errors: error.errors.slice(0, MAX_CAUSES).map(inner) }),
  };
}
