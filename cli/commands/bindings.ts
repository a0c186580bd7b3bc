import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { Language } from '#tools/bindings/generate.ts';
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
  const files = await generate(lang);
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

async function generate(lang: Language) {
  // Only a checkout of the project has these, and they load the validator's compiler, which no other command needs.
  const { generateBindings } = await import('#tools/bindings/generate.ts');
  const { loadSchemas } = await import('#tools/schemas/load.ts');
  try {
    return await generateBindings(loadSchemas(path.join(root, 'schemas'), 'schemas'), lang);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CliError('The package quicktype-core, which writes bindings, is not installed. Install all: npm ci', {
      cause: error,
    });
  }
}
