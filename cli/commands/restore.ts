import type { Command } from 'commander';
import { systemClock } from '#shared/ports/clock.ts';
import { dataFolder, type GlobalOptions } from '../mesh/target.ts';
import { note, print, printJson } from '../print/output.ts';
import { localTime } from '../print/text.ts';

interface RestoreOptions extends GlobalOptions {
  readonly force?: true;
  readonly json?: true;
}

const examples = `
Examples:
  npx starling restore mesh.backup
  npx starling --data /srv/mesh restore mesh.backup --force

Stop the mesh of that folder first.`;

export function addRestore(program: Command): void {
  program
    .command('restore')
    .description('Checks a backup and makes the data folder of a standalone mesh of it.')
    .argument('<file>', 'what npx starling backup has made')
    .option('--force', 'move what is in the folder aside, and take its place')
    .option('--json', 'print what was restored as JSON')
    .addHelpText('after', examples)
    .action((file: string, _options: unknown, command: Command) =>
      restoreFrom(file, command.optsWithGlobals<RestoreOptions>()),
    );
}

async function restoreFrom(file: string, options: RestoreOptions): Promise<void> {
  const folder = dataFolder(options);
  const { restore } = await import('#hosts/runtimes/backup.ts');
  const restored = await restore({ file, folder, force: options.force ?? false, clock: systemClock });
  if (options.json) return printJson({ file, ...restored });
  print(`${folder}: ${restored.tasks} tasks, ${restored.events} events as of ${localTime(restored.takenAt)}`);
  if (restored.replaced !== undefined) note(`What was there before is in ${restored.replaced}`);
}
