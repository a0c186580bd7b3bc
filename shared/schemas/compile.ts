import { Ajv } from 'ajv';
import { dateTimePattern } from '../date-time.ts';
import { messageOf } from '../errors.ts';
import type { Problem } from './problems.ts';
import { childrenOf, idOf, rootOf, type SchemaSet, whereIs } from './schema.ts';

/** An ajv that knows the set. It stops at the first error, so that hostile data cannot make validation expensive. */
export function ajvFor(set: SchemaSet): Ajv {
  const ajv = new Ajv({
    meta: false,
    validateSchema: false,
    inlineRefs: 5,
    strict: true,
    strictRequired: true,
    // These are a tenth of the code of every function. shared/events/violations.ts has the words for problems.
    messages: false,
    code: { source: true, esm: true, lines: true, optimize: 2 },
    // JavaScript's Date reads these times, so they have capital letters.
    formats: { 'date-time': dateTimePattern },
  });
  for (const { schema } of set.files.values()) ajv.addSchema(schema);
  return ajv;
}

/** Compiles every definition, then every event, so that a mistake in a shared definition is told once and where it is. */
export function checkCompiles(set: SchemaSet): Problem[] {
  const ajv = ajvFor(set);
  const files = [...set.files.values()];
  const definitions = files.flatMap((file) =>
    childrenOf(rootOf(file)).filter(({ pointer }) => pointer.startsWith('/$defs/')),
  );
  const problems = new Map<string, Problem>();
  for (const at of [...definitions, ...files.map(rootOf)]) {
    try {
      ajv.getSchema(idOf(at));
    } catch (error) {
      const message = `It does not compile: ${messageOf(error)}.`;
      if (!problems.has(message)) problems.set(message, { where: whereIs(set, at), message });
    }
  }
  return [...problems.values()];
}
