import { Ajv2020 } from 'ajv/dist/2020.js';
import { ConfigurationError, messageOf } from '#shared/errors.ts';
import type { SkillSchemas } from '#shared/ports/agent-registry.ts';

/**
 * Refuses skills' schemas that are not JSON Schemas. Use it only at start and when packaging: it loads slowly, and it
 * compiles schemas to code, which is safe for the project's own agents only.
 *
 * @throws ConfigurationError that names the skill, the schema and the place in it.
 */
export function checkSkillSchemas(skills: readonly SkillSchemas[]): void {
  for (const { id, input, output } of skills) {
    for (const [name, schema] of Object.entries({ input, output })) {
      if (schema === undefined) continue;
      try {
        new Ajv2020({ strict: false, validateFormats: false, logger: false }).compile(schema);
      } catch (cause) {
        throw new ConfigurationError(
          `The ${name} schema of the skill ${id} is no JSON Schema 2020-12: ${messageOf(cause)}. Mend it where the skill is defined.`,
          { cause },
        );
      }
    }
  }
}
