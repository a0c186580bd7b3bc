import { StarlingError } from '#shared/errors.ts';
import { isOneOf } from '#shared/objects.ts';

/** What a function may touch, as serverless.yml says it under `access`. */
export interface Access {
  /** The tables by the last part of their names. */
  readonly tables: readonly (readonly [name: TableWord, how: TableAccess])[];
  /** The sources under which it may put events on the bus. */
  readonly bus: readonly string[];
  /** Whether it may put events of producers: under any source that is not the mesh's. */
  readonly foreignEvents: boolean;
  /** The log of all events, by which `starling events tail` shows them. */
  readonly events: 'read' | undefined;
  /** Statements of IAM for what is not the mesh's: an agent's own table, a model. */
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

export const tableWords = ['tasks', 'registry', 'quarantine', 'positions'] as const;
export type TableWord = (typeof tableWords)[number];
/** `add` may put items and not see them; `write` may read, too. */
export const tableAccess = ['read', 'write', 'add'] as const;
export type TableAccess = (typeof tableAccess)[number];

const words = [...tableWords, 'bus', 'foreignEvents', 'events', 'statements'];

/** An `access` that cannot be granted. */
export class InvalidAccessError extends StarlingError {
  constructor(message: string) {
    super('INVALID_ACCESS', message);
  }
}

/**
 * @param raw the value of `access`, variables resolved; none grants nothing
 * @throws InvalidAccessError
 * @example parseAccess({ tasks: 'write', registry: 'read', bus: ['starling.tasks'] })
 */
export function parseAccess(raw: unknown): Access {
  const entries = Object.entries((raw ?? {}) as Record<string, unknown>);
  const given = new Map(entries);
  const unknown = entries.find(([word]) => !words.includes(word));
  if (unknown)
    throw new InvalidAccessError(`'${unknown[0]}' is nothing to have access to. It takes ${words.join(', ')}.`);
  return {
    tables: tableWords.flatMap((word) =>
      given.has(word) ? [given.get(word)].flat().map((how) => [word, wordOf(word, how, tableAccess)] as const) : [],
    ),
    bus: sources(given.get('bus')),
    foreignEvents: given.has('foreignEvents') && wordOf('foreignEvents', given.get('foreignEvents'), ['put']) === 'put',
    events: given.has('events') ? wordOf('events', given.get('events'), ['read']) : undefined,
    statements: statements(given.get('statements')),
  };
}

function wordOf<const Word extends string>(what: string, value: unknown, all: readonly Word[]): Word {
  if (isOneOf(value, all)) return value;
  throw new InvalidAccessError(`'${what}' is ${JSON.stringify(value)}, but takes ${all.join(' or ')}.`);
}

function sources(value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length === 0 || !value.every((each) => typeof each === 'string')) {
    throw new InvalidAccessError(`'bus' takes the sources of the events to put, such as [starling.tasks].`);
  }
  // A source of an agent is bound to the agent's own role; a star would open them all.
  const refused = value.find((source) => source.includes('*') || source.startsWith('starling.agents.'));
  if (refused !== undefined) {
    throw new InvalidAccessError(`The source ${refused} is not to be had: name one source, and none of an agent's.`);
  }
  return value;
}

function statements(value: unknown): readonly Statement[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new InvalidAccessError(`'statements' takes a list of IAM statements.`);
  for (const statement of value as readonly Partial<Statement>[]) {
    const actions = [statement?.Action].flat();
    const resources = [statement?.Resource].flat();
    const areNamed = actions.every((action) => typeof action === 'string' && !action.includes('*'));
    if (!areNamed || resources.includes(undefined) || resources.includes('*')) {
      throw new InvalidAccessError(
        `A statement names its actions one by one and its resources: ${JSON.stringify(statement)} does not.`,
      );
    }
  }
  return value as readonly Statement[];
}
