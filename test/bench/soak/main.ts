import { writeFileSync } from 'node:fs';
import { ConfigurationError } from '#shared/errors.ts';
import { table } from '#tools/table.ts';
import { help, readOptions } from './options.ts';
import { type Sample, type Soak, soak } from './soak.ts';
import { growths, heapPerCall } from './verdict.ts';

/** `npm run soak`: figures on the standard output, progress on the standard error; it fails when something grows. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  const done = await soak(options, (sample) => process.stderr.write(`${cells(sample).join('  ')}\n`));
  const found = growths(done);
  process.stdout.write(`\n${report(done)}\n`);
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ ...done, growths: found }, null, 2)}\n`);
  process.stdout.write(`\n${heapPerCall(done.samples).toFixed(0)} bytes of the heap a call after the warm-up.\n`);
  process.stdout.write(found.length === 0 ? '\nNothing grows.\n' : `\nIt grows:\n  ${found.join('\n  ')}\n`);
  if (found.length > 0) process.exitCode = 1;
}

const head = [
  'calls',
  'calls/s',
  'p99 ms',
  'CPU µs/call',
  'resident MB',
  'heap MB',
  'live MB',
  'file MB',
  'log MB',
  'tasks pruned',
];

function report({ machine, maxStore, retention, samples }: Soak): string {
  const { processor, cores, node, busy } = machine;
  return [
    `${processor}, ${cores} cores, node ${node}, load average before the run: ${busy.toFixed(2)}`,
    `Blocking SendMessage to echo; STARLING_MAX_STORE ${megabytes(maxStore)} MB, STARLING_RETENTION ${retention} days`,
    table(head, samples.map(cells)),
  ].join('\n\n');
}

function cells({ calls, callsPerSecond, p99, cpuPerCall, pruned, ...sizes }: Sample): string[] {
  const { resident, heap, live, file, log } = sizes;
  return [
    String(calls),
    callsPerSecond.toFixed(0),
    p99.toFixed(1),
    cpuPerCall?.toFixed(0) ?? '—',
    ...[resident, heap, live, file, log].map(megabytes),
    String(pruned),
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof ConfigurationError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = 1;
});
