import { HttpError } from './refusal.ts';

/** A parameter of a query: a JSON Schema that checks it, types it and documents it. */
export type Parameter = {
  /** What the parameter takes, as the end of a sentence: `the id of an agent`. */
  readonly description: string;
} & (
  | {
      readonly type: 'integer';
      readonly minimum: number;
      readonly maximum: number;
      readonly default?: number;
    }
  | { readonly type: 'string'; readonly pattern?: string; readonly enum?: readonly string[] }
);

export type Parameters = Readonly<Record<string, Parameter>>;

type Value<Of extends Parameter> = Of extends { type: 'integer' }
  ? number
  : Of extends { enum: readonly (infer Each)[] }
    ? Each
    : string;

/** The values of parameters. One without a default may be absent. */
export type Query<Of extends Parameters> = {
  readonly [Name in keyof Of as Of[Name] extends { default: number } ? Name : never]: Value<Of[Name]>;
} & {
  readonly [Name in keyof Of as Of[Name] extends { default: number } ? never : Name]?: Value<Of[Name]>;
};

/**
 * Reads a query. It ignores parameters that it does not know.
 *
 * @throws HttpError INVALID_PARAMETER that names the parameter and what it takes
 *
 * @example
 * readQuery({ limit: { type: 'integer', minimum: 1, maximum: 100, default: 20, description: '…' } }, { limit: '5' });
 * // { limit: 5 }
 */
export function readQuery<const Of extends Parameters>(
  parameters: Of,
  query: Readonly<Record<string, string | undefined>>,
): Query<Of> {
  const read: Record<string, string | number> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const text = query[name];
    const value =
      text === undefined ? ('default' in parameter ? parameter.default : undefined) : readValue(parameter, text);
    if (value !== undefined) read[name] = value;
    else if (text !== undefined) throw invalidParameter(name, `takes ${parameter.description}`);
  }
  return read as Query<Of>;
}

function readValue(parameter: Parameter, text: string): string | number | undefined {
  if (parameter.type === 'integer') {
    const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : -1;
    return value >= parameter.minimum && value <= parameter.maximum ? value : undefined;
  }
  if (parameter.enum !== undefined) return parameter.enum.includes(text) ? text : undefined;
  return parameter.pattern === undefined || new RegExp(parameter.pattern, 'u').test(text) ? text : undefined;
}

export function invalidParameter(name: string, problem: string): HttpError {
  return new HttpError(400, 'INVALID_PARAMETER', `The parameter ${name} ${problem}.`);
}

/** The parameters of every list. */
export const pageParameters = {
  limit: {
    type: 'integer',
    minimum: 1,
    maximum: 100,
    default: 20,
    description: 'a whole number from 1 to 100: how many entries the page has at most',
  },
  cursor: { type: 'string', description: 'the "next" of the page before, and nothing else' },
} as const satisfies Parameters;

/** Wraps a store's cursor. A cursor that was made up, cut off or of another list does not unwrap. */
export function writeCursor(list: string, cursor: string): string {
  return Buffer.from(`${list}:${cursor}`).toString('base64url');
}

/** @throws HttpError INVALID_PARAMETER */
export function readCursor(list: string, text: string): string {
  const unwrapped = Buffer.from(text, 'base64url').toString();
  const cursor = unwrapped.slice(list.length + 1);
  if (!unwrapped.startsWith(`${list}:`) || cursor === '' || writeCursor(list, cursor) !== text) {
    throw invalidParameter('cursor', `takes ${pageParameters.cursor.description}`);
  }
  return cursor;
}
