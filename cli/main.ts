import { systemClock } from '#shared/ports/clock.ts';
import { sleep } from '#shared/sleep.ts';
import type { Io } from './io.ts';
import { run } from './run.ts';

// The reader of our output may stop early (`| head`). The command then ends, and this is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const io: Io = {
  // Node opens standard input at the first look at it, so only a command that reads it may look.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  clock: systemClock,
  sleep,
  stopSignal: () => {
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
    return stop.signal;
  },
};

process.exitCode = await run(process.argv.slice(2), io);
