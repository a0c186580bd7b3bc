import { writeFileSync } from 'node:fs';
import { ConfigurationError } from '#shared/errors.ts';
import { help, readOptions } from './options.ts';
import { reportText } from './report.ts';
import { runChaos } from './run.ts';

/** `npm run chaos`: the report on the standard output, progress on the standard error. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  const { kills, seed, folder, json } = options;
  process.stderr.write(`seed ${seed}, data in ${folder}\n`);
  const report = await runChaos({ kills, seed, folder, progress: (line) => process.stderr.write(`${line}\n`) });
  process.stdout.write(`\n${reportText(report)}\n`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  if (report.verdict.problems.length > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof ConfigurationError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  // Clients that still try are of no use any more.
  process.exit(1);
});
