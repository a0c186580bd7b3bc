import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { ajvFor } from '#shared/schemas/compile.ts';
import type { NamedType } from '#shared/schemas/names.ts';
import { idOf, type SchemaSet } from '#shared/schemas/schema.ts';

/**
 * The validators of a set as an ES module that needs nothing at run time: neither ajv nor `eval`, nor the `require` that
 * ajv writes into its ES modules (esbuild resolves it).
 */
export async function renderValidators(
  set: SchemaSet,
  types: ReadonlyMap<string, NamedType>,
  banner: string,
): Promise<string> {
  const exported = Object.fromEntries([...types.values()].map((type) => [guardName(type), idOf(type)]));
  const code = withoutSchemaPaths(standalone.default(ajvFor(set), exported));
  const bundle = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname, loader: 'js' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'node24',
    minifySyntax: true,
    legalComments: 'none',
    // Paths in the comments of the output. They do not depend on the place of the repository.
    absWorkingDir: import.meta.dirname,
  });
  return `${banner}${bundle.outputFiles.map(({ text }) => text).join('')}`;
}

/** The member `schemaPath` of each error, which nothing reads (see Violation). It is a sixth of all code. */
function withoutSchemaPaths(code: string): string {
  return code.replaceAll(/schemaPath:"(?:[^"\\]|\\.)*",/g, '');
}

export function renderValidatorTypes(types: ReadonlyMap<string, NamedType>, banner: string): string {
  const names = [...types.values()].map(({ name }) => name);
  return `${banner}
import type {
${names.map((name) => `  ${name},`).join('\n')}
} from './types.ts';

/** Why data is not what its schema says. */
export interface Violation {
  /** A JSON pointer (RFC 6901) into the data, '' for the whole of it. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** True when the data satisfies the schema. If not, what is wrong stands in \`errors\` until the next call. */
export interface Guard<Data> {
  (data: unknown): data is Data;
  readonly errors?: readonly Violation[] | null;
}

${[...types.values()].map((type) => `export const ${guardName(type)}: Guard<${type.name}>;`).join('\n')}
`;
}

/** The name of the validator of a type: `isTaskRequestedV1`. */
export function guardName({ name }: NamedType): string {
  return `is${name}`;
}
