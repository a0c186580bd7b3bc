import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSchemas } from '#shared/schemas/load.ts';
import { countEvents } from '#shared/schemas/schema.ts';
import { runCommand } from './command.ts';
import { type Project, shown } from './project.ts';
import { render } from './render.ts';

/** Writes the bindings of the schemas. @throws SchemaError */
export async function generate(project: Project): Promise<string> {
  const set = loadSchemas(project.schemas, shown.schemas);
  const output = await render(set);
  mkdirSync(project.generated, { recursive: true });
  for (const [name, text] of output) writeFileSync(join(project.generated, name), text);
  return `${countEvents(set)}. Wrote ${shown.generated}/{${[...output.keys()].join(',')}}.`;
}

if (import.meta.main) {
  await runCommand({
    name: 'npm run schemas',
    does: 'Checks the schemas in schemas/ and generates types, validators and the catalog in shared/generated/.',
    run: generate,
  });
}
