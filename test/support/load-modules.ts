import { readdirSync } from 'node:fs';
import path from 'node:path';
import { loadHandler } from '#hosts/functions/function.ts';

/** Loads each module of a folder as the handler of a function, and prints the errors by the names of the modules. */
const folder = process.argv[2] ?? '';
const errors = readdirSync(folder)
  .filter((name) => name.startsWith('bad-'))
  .map(async (name) => {
    const handler = { file: path.join(folder, name), exportName: 'handler', at: 'serverless.yml:7' };
    const error: unknown = await loadHandler({ name: 'shop', handler }).then(
      () => 'it was loaded',
      (cause: unknown) => cause,
    );
    return [name, error instanceof Error ? `${error.name}: ${error.message}` : String(error)];
  });
process.stdout.write(JSON.stringify(Object.fromEntries(await Promise.all(errors))));
