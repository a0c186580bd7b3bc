import { writeFileSync } from 'node:fs';
import { ConfigurationError } from '#shared/errors.ts';
import { table } from '#tools/table.ts';
import { runBenchmark } from './benchmark.ts';
import { help, type Options, readOptions } from './options.ts';
import { profileMesh } from './profile.ts';
import { failureText, rateText, report, roundText } from './report.ts';

/** `npm run bench`: figures on the standard output, progress on the standard error. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(help);
  else if (options.profile) await profile(options);
  else await benchmark(options);
}

async function benchmark(options: Options): Promise<void> {
  const note = (text: string) => process.stderr.write(`${text}\n`);
  const figures = await runBenchmark(options, {
    step: (what) => note(`${what} …`),
    round: (round, number) => note(roundText(round, number)),
    rate: (what, perSecond) => note(rateText(what, perSecond)),
  });
  process.stdout.write(`\n${report(figures)}\n`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
  const failures = failureText(figures.calls?.rounds ?? []);
  if (failures === undefined) return;
  process.stderr.write(`\n${failures}\n`);
  process.exitCode = 1;
}

/** Functions and modules that a profile shows. */
const SHOWN = 25;

async function profile(options: Options): Promise<void> {
  const { file, measured, functions, modules } = await profileMesh(options);
  const rows = (times: typeof functions) =>
    times
      .slice(0, SHOWN)
      .map(({ name, perCall, share }) => [name, perCall.toFixed(1), `${(share * 100).toFixed(1)} %`]);
  process.stdout.write(`${measured.calls} calls, ${measured.callsPerSecond.toFixed(0)} calls/s with the profiler\n\n`);
  process.stdout.write(`${table(['self time by function', 'µs/call', 'share'], rows(functions))}\n\n`);
  process.stdout.write(`${table(['self time by module', 'µs/call', 'share'], rows(modules))}\n\n${file}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof ConfigurationError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = 1;
});
