import { type JsonCheck, jsonCheck } from '#shared/json-schema.ts';
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
