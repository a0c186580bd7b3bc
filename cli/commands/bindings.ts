import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { Language } from '../bindings/generate.ts';
import { CliError } from '../errors.ts';
import { print } from '../print/output.ts';

interface BindingsOptions {
  readonly lang: Language;
  readonly out: string;
}

const languages = ['python', 'go', 'java', 'typescript'] as const satisfies readonly Language[];

const root = path.resolve(import.meta.dirname, '../..');

const examples = `
Examples:
  npx starling bindings --lang python
  npx starling bindings --lang java --out ../orders/src/main/java/starling/events`;

export function addBindings(program: Command): void {
  program
    .command('bindings')
    .description('Writes types for the data of every event, from schemas/, for teams in other languages.')
    .addOption(new Option('--lang <language>', 'what for').choices(languages).makeOptionMandatory())
    .option('--out <folder>', 'where to', 'bindings')
    .addHelpText('after', examples)
    .action((_options: unknown, command: Command) => bindings(command.opts<BindingsOptions>()));
}

async function bindings({ lang, out }: BindingsOptions): Promise<void> {
  // They take a quarter of a second to load, for which no other command should wait.
  const { generateBindings } = await import('../bindings/generate.ts');
  const { loadSchemas } = await import('#shared/schemas/load.ts');
  const files = await generateBindings(loadSchemas(path.join(root, 'schemas'), 'schemas'), lang);
  try {
    await mkdir(out, { recursive: true });
    for (const { name, text } of files) await writeFile(path.join(out, name), text);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new CliError(`The bindings cannot be written to ${out} (${code}). Name another folder with --out.`, {
      cause: error,
    });
  }
  for (const { name } of files) print(path.join(out, name));
}
