import { writeFileSync } from 'node:fs';
import { ConfigurationError } from '../../shared/errors.ts';
import { table } from '../../tools/table.ts';
import { runBenchmark, runInits } from './benchmark.ts';
import { help, type Options, readOptions } from './options.ts';
import { profileMesh } from './profile.ts';
import { failureText, initsText, report, roundText } from './report.ts';

/** `npm run bench`: figures on the standard output, progress on the standard error. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(help);
  else if (options.profile) await profile(options);
  else if (options.inits) await inits(options);
  else await benchmark(options);
}

async function benchmark(options: Options): Promise<void> {
  const figures = await runBenchmark(options, {
    step,
    round: (round, number) => process.stderr.write(`${roundText(round, number)}\n`),
  });
  process.stdout.write(`\n${report(figures)}\n`);
  writeJson(options, figures);
  const failures = failureText(figures.rounds);
  if (failures === undefined) return;
  process.stderr.write(`\n${failures}\n`);
  process.exitCode = 1;
}

async function inits(options: Options): Promise<void> {
  const figures = await runInits(options, { step });
  process.stdout.write(`\n${initsText(figures)}\n`);
  writeJson(options, { inits: figures });
}

function step(what: string): void {
  process.stderr.write(`${what} …\n`);
}

function writeJson({ json }: Options, figures: object): void {
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
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
