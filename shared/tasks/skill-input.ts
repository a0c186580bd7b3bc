import { A2AError } from '#shared/a2a/errors.ts';
import { dataOf } from '#shared/a2a/parts.ts';
import { SKILL_EXTENSION, skillNaming } from '#shared/a2a/skill-extension.ts';
import type { Message } from '#shared/a2a/types.ts';
import { type JsonCheck, jsonCheck } from '#shared/json-schema.ts';
import { isObject } from '#shared/objects.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';

/** The checks of each registry record. A changed agent has a new record, so an old check is never used for it. */
const checks = new WeakMap<RegisteredAgent, Map<string, JsonCheck>>();

const acceptsAnything: JsonCheck = () => undefined;

/**
 * Checks the input of a skill against the skill's own schema.
 *
 * @returns the problem, or undefined when the input is valid or the skill has no schema
 */
export function skillInputProblem(agent: RegisteredAgent, skillId: string, input: unknown): string | undefined {
  let ofAgent = checks.get(agent);
  if (ofAgent === undefined) {
    ofAgent = new Map();
    checks.set(agent, ofAgent);
  }
  let check = ofAgent.get(skillId);
  if (check === undefined) {
    const schema = agent.skillSchemas.find(({ id }) => id === skillId)?.input;
    check = schema ? jsonCheck(schema, 'params') : acceptsAnything;
    ofAgent.set(skillId, check);
  }
  return check(input);
}

/**
 * The skill that a message names. The first data part of the message is the input of the skill; without one it is `{}`.
 *
 * @param message as the client sent it, before its schema is checked
 * @throws A2AError INVALID_PARAMS when the agent has no such skill, or when the skill's schema refuses the input
 */
export function readSkill(agent: RegisteredAgent, message: Message): string | undefined {
  const naming = skillNaming(message);
  if (naming === undefined) return undefined;
  if (!isObject(naming) || typeof naming.skill !== 'string') {
    throw new A2AError(
      'INVALID_PARAMS',
      `message.metadata["${SKILL_EXTENSION}"] must be an object that names a skill, such as {"skill": "${agent.card.skills[0]?.id}"}.`,
    );
  }
  const { skill } = naming;
  if (!agent.card.skills.some(({ id }) => id === skill)) {
    const skills = agent.card.skills.map(({ id }) => id).join(', ');
    throw new A2AError(
      'INVALID_PARAMS',
      `"${skill.slice(0, 80)}" is not a skill of ${agent.id}, which has: ${skills}.`,
      {
        metadata: { skills },
      },
    );
  }
  const input = Array.isArray(message.parts) ? dataOf(message.parts.filter(isObject) as Message['parts']) : undefined;
  const problem = skillInputProblem(agent, skill, input === undefined ? {} : input);
  if (problem !== undefined) throw new A2AError('INVALID_PARAMS', `The params of ${skill} are not valid: ${problem}.`);
  return skill;
}
