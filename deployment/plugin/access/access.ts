import { type TableName, tables } from '#adapters/aws/tables.ts';
import { StarlingError } from '#shared/errors.ts';
import { isOneOf } from '#shared/objects.ts';

/** The rights of a function, as serverless.yml says them under `access`. */
export interface Access {
  /** The tables by the last part of their names. */
  readonly tables: readonly (readonly [name: TableWord, how: TableAccess])[];
  /** The sources under which the function may put events on the bus. */
  readonly bus: readonly string[];
  /** Whether the function may put events of producers: under any source outside the mesh. */
  readonly foreignEvents: boolean;
  /** The right to read the log of all events, which `starling events tail` shows. */
  readonly events: 'read' | undefined;
  /** Statements of IAM, for resources outside the mesh: an agent's own table, a model. */
  readonly statements: readonly Statement[];
}

/** A statement of an IAM policy. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** The tables that `access` can name. The table `idempotency` is for agents, whose rights follow from their subscriptions. */
export type TableWord = Exclude<TableName, 'idempotency'>;
const tableWords = (Object.keys(tables) as TableName[]).filter((name) => name !== 'idempotency');

/** `add` may put items and may not read them. `write` may read, too. */
export const tableAccess = ['read', 'write', 'add'] as const;
export type TableAccess = (typeof tableAccess)[number];

const words = [...tableWords, 'bus', 'foreignEvents', 'events', 'statements'];

/** A value of `access` that cannot be granted. */
export class InvalidAccessError extends StarlingError {
  constructor(message: string) {
    super('INVALID_ACCESS', message);
  }
}

/**
 * @param raw the value of `access` after osls has resolved variables; undefined grants nothing
 * @throws InvalidAccessError
 * @example parseAccess({ tasks: 'write', registry: 'read', bus: ['starling.tasks'] })
 */
export function parseAccess(raw: unknown): Access {
  const entries = Object.entries((raw ?? {}) as Record<string, unknown>);
  const given = new Map(entries);
  const unknown = entries.find(([word]) => !words.some((each) => each === word));
  if (unknown) throw new InvalidAccessError(`unknown key '${unknown[0]}'. Use ${words.join(', ')}.`);
  return {
    tables: tableWords.flatMap((word) =>
      given.has(word)
        ? [given.get(word)].flat().map((how) => [word as TableWord, wordOf(word, how, tableAccess)] as const)
        : [],
    ),
    bus: sources(given.get('bus')),
    foreignEvents: given.has('foreignEvents') && wordOf('foreignEvents', given.get('foreignEvents'), ['put']) === 'put',
    events: given.has('events') ? wordOf('events', given.get('events'), ['read']) : undefined,
    statements: statements(given.get('statements')),
  };
}

function wordOf<const Word extends string>(what: string, value: unknown, all: readonly Word[]): Word {
  if (isOneOf(value, all)) return value;
  throw new InvalidAccessError(`'${what}' cannot be ${JSON.stringify(value)}. Use ${all.join(' or ')}.`);
}

function sources(value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length === 0 || !value.every((each) => typeof each === 'string')) {
    throw new InvalidAccessError(`'bus' must be a list of event sources, such as [starling.tasks].`);
  }
  // Only the agent's own role may put events under the source of an agent. A star would allow all sources.
  const refused = value.find((source) => source.includes('*') || source.startsWith('starling.agents.'));
  if (refused !== undefined) {
    throw new InvalidAccessError(`'bus' cannot contain ${refused}: wildcards and starling.agents.* are not allowed.`);
  }
  return value;
}

function statements(value: unknown): readonly Statement[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new InvalidAccessError(`'statements' must be a list of IAM statements.`);
  for (const statement of value as readonly Partial<Statement>[]) {
    const actions = [statement?.Action].flat();
    const resources = [statement?.Resource].flat();
    const areNamed = actions.every((action) => typeof action === 'string' && !action.includes('*'));
    if (!areNamed || resources.includes(undefined) || resources.includes('*')) {
      throw new InvalidAccessError(
        `A statement must name its actions without wildcards, and its resources. Change ${JSON.stringify(statement)}.`,
      );
    }
  }
  return value as readonly Statement[];
}
