import { type Schema, Validator } from '@cfworker/json-schema';
import type { Json } from '#test/support/schema-project.ts';

/** The part of a document that tests look at. */
export interface Document {
  readonly info: Json;
  readonly components: { readonly schemas: Record<string, Json> };
}

/** OpenAPI 3.0's Schema Objects are of draft 4, which this library validates by; ajv, which made the other side, does not. */
export function validatorOf(document: object, component: string): (value: unknown) => boolean {
  const schema = { ...document, $ref: `#/components/schemas/${component}` } as Schema;
  const validator = new Validator(schema, '4');
  return (value) => validator.validate(value).valid;
}
