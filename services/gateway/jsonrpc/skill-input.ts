import { type Schema, Validator } from '@cfworker/json-schema';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';

/** Says what is wrong with a skill's input, or nothing. */
type InputValidator = (input: unknown) => string | undefined;

/** Validators by the registry's record: a changed agent is another record. */
const validators = new WeakMap<RegisteredAgent, Map<string, InputValidator>>();

const anything: InputValidator = () => undefined;

/**
 * The validator of a skill's input schema. It interprets the schema: one that an agent brings at run time never becomes
 * code of the gateway.
 */
export function inputValidator(agent: RegisteredAgent, skillId: string): InputValidator {
  let ofAgent = validators.get(agent);
  if (ofAgent === undefined) {
    ofAgent = new Map();
    validators.set(agent, ofAgent);
  }
  let validator = ofAgent.get(skillId);
  if (validator === undefined) {
    const schema = agent.skillSchemas.find(({ id }) => id === skillId)?.input;
    validator = schema ? compile(schema) : anything;
    ofAgent.set(skillId, validator);
  }
  return validator;
}

function compile(schema: Readonly<Record<string, unknown>>): InputValidator {
  const validator = new Validator(schema as Schema, '2020-12');
  return (input) => {
    const { valid, errors } = validator.validate(input);
    if (valid) return undefined;
    // The last error is the innermost: what the caller can mend.
    const innermost = errors.at(-1);
    const where = innermost?.instanceLocation.replace(/^#\/?/, '') || 'params';
    const why =
      innermost?.keyword === 'false' ? 'is not a field that it takes' : (innermost?.error ?? 'does not fit the schema');
    return `${where}: ${why.replace(/\.$/, '')}`;
  };
}
