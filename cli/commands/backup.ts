import type { Command } from 'commander';
import { systemClock } from '#shared/ports/clock.ts';
import { dataFolder, type GlobalOptions } from '../mesh/target.ts';
import { print, printJson } from '../print/output.ts';

interface BackupOptions extends GlobalOptions {
  readonly force?: true;
  readonly json?: true;
}

const examples = `
Examples:
  npx starling backup mesh-$(date +%F).backup
  npx starling backup /backups/mesh.backup --force --json

The mesh may run. The file holds the keys of the mesh, too: keep it as you keep them.`;

export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('Copies the data folder of a standalone mesh, as it is at one moment, into one file.')
    .argument('<file>', 'the backup')
    .option('--force', 'overwrite a file that is there')
    .option('--json', 'print what was backed up as JSON')
    .addHelpText('after', examples)
    .action((file: string, _options: unknown, command: Command) =>
      backup(file, command.optsWithGlobals<BackupOptions>()),
    );
}

async function backup(file: string, options: BackupOptions): Promise<void> {
  const folder = dataFolder(options);
  const { backUp } = await import('#hosts/runtimes/backup.ts');
  const made = await backUp({ folder, file, force: options.force ?? false, clock: systemClock });
  if (options.json) printJson({ folder, ...made });
  else print(`${made.file}: ${made.tasks} tasks, ${made.events} events, ${made.bytes} bytes`);
}
