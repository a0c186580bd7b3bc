import { type Json, makeProject, order, orderPath } from '#test/support/schema-project.ts';
import { check } from '#tools/schemas/check.ts';
import { generate } from '#tools/schemas/generate.ts';

export const file = `schemas/${orderPath}`;
export const releasedFile = `schemas/released/${orderPath}`;

export interface Versions {
  readonly before: Json;
  readonly after: Json;
}

/** What the check says of a change, with the generated files in step. */
export async function checkChange({ before, after }: Versions): Promise<string> {
  const project = makeProject({ [releasedFile]: before, [file]: after });
  await generate(project);
  return check(project).catch((error: Error) => error.message);
}

export const string = { type: 'string', description: 'A string.' };
export const shape = (kind: string) => ({
  type: 'object',
  description: kind,
  properties: { [kind]: string },
  required: [kind],
});
export const $defs = { Circle: shape('circle'), Square: shape('square'), Star: shape('star') };
export const choice = (keyword: string, ...names: string[]) =>
  order(
    { shape: { description: 'A shape.', [keyword]: names.map((name) => ({ $ref: `#/$defs/${name}` })) } },
    { $defs },
  );
export const map = (additionalProperties: unknown) =>
  order({ map: { type: 'object', description: 'A map.', properties: {}, additionalProperties } });
export const nested = (properties: Json, rest: Json = {}) =>
  order({ inner: { type: 'object', description: 'Inner.', properties, ...rest } });
export const tree = (leaf: Json) =>
  order(
    { tree: { $ref: '#/$defs/Tree' } },
    {
      $defs: {
        Tree: {
          type: 'object',
          description: 'A tree.',
          properties: { leaf, children: { type: 'array', description: 'Below.', items: { $ref: '#/$defs/Tree' } } },
        },
      },
    },
  );
