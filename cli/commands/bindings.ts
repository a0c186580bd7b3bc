import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { type Language, languages } from '../bindings/languages.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { pathFrom } from '../io.ts';
import { examples } from '../options.ts';

interface BindingsOptions {
  readonly lang: Language;
  readonly out: string;
  readonly json?: true;
}

const root = path.resolve(import.meta.dirname, '../..');

const help = `
Examples:
  npx starling bindings --lang python
  npx starling bindings --lang java --out ../orders/src/main/java/starling/events`;

export function addBindings(program: Command, context: CliContext): void {
  program
    .command('bindings')
    .description('Writes types for the data of every event in schemas/, for teams that use other languages.')
    .addOption(new Option('--lang <language>', 'the language of the types').choices(languages).makeOptionMandatory())
    .option('--out <folder>', 'the folder to write to', 'bindings')
    .option('--json', 'print the names of the files as JSON')
    .addHelpText('after', examples(context, help))
    .action((_options: unknown, command: Command) => bindings(command.opts<BindingsOptions>(), context));
}

async function bindings({ lang, out, json }: BindingsOptions, { io, printer }: CliContext): Promise<void> {
  // They take a quarter of a second to load. Other commands do not wait for them.
  const { generateBindings } = await import('../bindings/generate.ts');
  const { loadSchemas } = await import('#shared/schemas/load.ts');
  const generated = await generateBindings(loadSchemas(path.join(root, 'schemas'), 'schemas'), lang);
  const folder = pathFrom(io, out);
  try {
    await mkdir(folder, { recursive: true });
    for (const { name, text } of generated) await writeFile(path.join(folder, name), text);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new CliError(
      'OUTPUT_UNWRITABLE',
      `The bindings cannot be written to ${out} (${code}). Name another folder with --out.`,
      {
        cause: error,
      },
    );
  }
  const files = generated.map(({ name }) => path.join(out, name));
  if (json) return printer.json({ files });
  for (const file of files) printer.print(file);
}
