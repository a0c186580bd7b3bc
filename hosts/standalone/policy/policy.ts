import { StarlingError } from '#shared/errors.ts';
import { isObject } from '#shared/objects.ts';
import { compileWildcard, isExact } from './wildcard.ts';

/** Whether the policy allows an action (`execute-api:Invoke`) on a resource (the ARN of a method and path). */
export type CompiledPolicy = (action: string, resource: string) => boolean;

/** The policy has a part that this evaluator does not know. Such a policy allows nothing. */
export class PolicyError extends StarlingError {
  constructor(what: string) {
    super('POLICY_NOT_UNDERSTOOD', `The authorizer's policy cannot be evaluated: ${what}.`);
  }
}

type Matcher = (text: string) => boolean;

interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly action: Matcher;
  readonly resource: Matcher;
}

const VERSION = '2012-10-17';
const understood = new Set(['Sid', 'Effect', 'Action', 'Resource']);

/**
 * Compiles the policy that a Lambda authorizer returns. It is evaluated as IAM does: a call needs a statement that allows it,
 * and a statement that denies it wins. Actions match case-insensitively, resources case-sensitively.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 *
 * @throws PolicyError for every part that it does not know (conditions, variables, NotAction, another version): to ignore
 * such a part could allow a call that it denies.
 */
export function compilePolicy(document: unknown): CompiledPolicy {
  const { Version, Statement, Id: _id, ...more } = record(document, 'it is not an object');
  if (Version !== VERSION) throw new PolicyError(`its version is not ${VERSION}`);
  if (Object.keys(more).length > 0) throw new PolicyError(`${Object.keys(more).join(', ')} is not known`);
  if (Statement === undefined) throw new PolicyError('it has no statement');
  const statements = [Statement].flat().map(compileStatement);
  const denying = statements.filter(({ effect }) => effect === 'Deny');
  const allowing = statements.filter(({ effect }) => effect === 'Allow');

  return (action, resource) => {
    const lowered = action.toLowerCase();
    const applies = (statement: Statement) => statement.action(lowered) && statement.resource(resource);
    return !denying.some(applies) && allowing.some(applies);
  };
}

function compileStatement(value: unknown): Statement {
  const statement = record(value, 'a statement is not an object');
  const strange = Object.keys(statement).filter((key) => !understood.has(key));
  if (strange.length > 0) throw new PolicyError(`${strange.join(', ')} in a statement is not known`);
  const { Effect: effect } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw new PolicyError('the effect of a statement is not Allow or Deny');
  const actions = texts(statement.Action, 'Action').map((action) => action.toLowerCase());
  return { effect, action: anyOf(actions), resource: anyOf(texts(statement.Resource, 'Resource')) };
}

/** Exact texts are in a set, because a principal may have many. Only patterns are tried one by one. */
function anyOf(patterns: readonly string[]): Matcher {
  const exact = new Set(patterns.filter(isExact));
  const wild = patterns.filter((pattern) => !isExact(pattern)).map(compileWildcard);
  return (text) => exact.has(text) || wild.some((matches) => matches(text));
}

function texts(value: unknown, name: string): readonly string[] {
  const list: unknown[] = [value].flat();
  const understandable = list.every((item) => typeof item === 'string' && item !== '' && !item.includes('${'));
  if (list.length === 0 || !understandable)
    throw new PolicyError(`${name} is not a text or a list of texts without variables`);
  return list as string[];
}

function record(value: unknown, complaint: string): Record<string, unknown> {
  if (!isObject(value)) throw new PolicyError(complaint);
  return { ...value };
}
