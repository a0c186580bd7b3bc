import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { pathFrom } from '../io.ts';
import { dataFolder, type GlobalOptions } from '../mesh/target.ts';
import { examples } from '../options.ts';

interface BackupOptions extends GlobalOptions {
  readonly force?: true;
  readonly json?: true;
}

const help = `
Examples:
  npx starling backup mesh-$(date +%F).backup
  npx starling backup /backups/mesh.backup --force --json

The mesh may run meanwhile. The backup contains the keys of the mesh: protect it as you protect the data folder.`;

export function addBackup(program: Command, context: CliContext): void {
  program
    .command('backup')
    .description('Copies the data folder of a standalone mesh into one file, as it is at one moment.')
    .argument('<file>', 'the file to write')
    .option('--force', 'overwrite the file if it exists')
    .option('--json', 'print a summary as JSON')
    .addHelpText('after', examples(context, help))
    .action((file: string, _options: unknown, command: Command) =>
      backup(file, command.optsWithGlobals<BackupOptions>(), context),
    );
}

async function backup(file: string, options: BackupOptions, { io, printer }: CliContext): Promise<void> {
  const folder = dataFolder(options, io);
  const { backUp } = await import('#hosts/runtimes/backup.ts');
  const made = await backUp({
    folder: pathFrom(io, folder),
    file: pathFrom(io, file),
    force: options.force ?? false,
    clock: io.clock,
  });
  if (options.json) printer.json({ folder, ...made });
  else printer.print(`${made.file}: ${made.tasks} tasks, ${made.events} events, ${made.bytes} bytes`);
}
