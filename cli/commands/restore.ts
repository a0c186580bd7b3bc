import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { pathFrom } from '../io.ts';
import { dataFolder, type GlobalOptions } from '../mesh/target.ts';
import { examples } from '../options.ts';

interface RestoreOptions extends GlobalOptions {
  readonly force?: true;
  readonly json?: true;
}

const help = `
Examples:
  npx starling restore mesh.backup
  npx starling --data /srv/mesh restore mesh.backup --force

Stop the mesh of that folder first.`;

export function addRestore(program: Command, context: CliContext): void {
  program
    .command('restore')
    .description('Checks a backup and makes the data folder of a standalone mesh from it.')
    .argument('<file>', 'a file that the command backup wrote')
    .option('--force', 'if the data folder has content, move the content aside')
    .option('--json', 'print a summary as JSON')
    .addHelpText('after', examples(context, help))
    .action((file: string, _options: unknown, command: Command) =>
      restoreFrom(file, command.optsWithGlobals<RestoreOptions>(), context),
    );
}

async function restoreFrom(file: string, options: RestoreOptions, { io, printer }: CliContext): Promise<void> {
  const folder = dataFolder(options, io);
  const { restore } = await import('#hosts/runtimes/backup.ts');
  const restored = await restore({
    file: pathFrom(io, file),
    folder: pathFrom(io, folder),
    force: options.force ?? false,
    clock: io.clock,
  });
  if (options.json) return printer.json({ file, ...restored });
  const { tasks, events, takenAt, replaced } = restored;
  printer.print(`${folder}: ${tasks} tasks, ${events} events as of ${printer.time(takenAt)}`);
  if (replaced !== undefined) printer.note(`The earlier content of the folder is now in ${replaced}`);
}
