import { systemClock } from '#shared/ports/clock.ts';
import { sleep } from '#shared/sleep.ts';
import { FAILURE, type StopSignal, signalNumbers } from './errors.ts';
import type { Io } from './io.ts';
import { asksForJson, run } from './run.ts';

const words = process.argv.slice(2);

// The reader of our output may stop early (`| head`). The command then ends, and this is not a failure.
process.stdout.on('error', ({ code = 'unknown error' }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit(0);
  const message = `Standard output cannot be written (${code}).`;
  const line = asksForJson(words) ? JSON.stringify({ error: { code: 'OUTPUT_UNWRITABLE', message } }) : message;
  process.stderr.write(`${line}\n`, () => process.exit(FAILURE));
});
// Nobody reads why.
process.stderr.on('error', () => process.exit(FAILURE));

/**
 * The terminal sends one Ctrl-C to the whole group of processes. npx and bin/starling.js send it to this process again. A
 * later signal is the person, who does not want to wait.
 */
const SAME_SIGNAL_MS = 500;

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  let first: number | undefined;
  for (const signal of Object.keys(signalNumbers) as StopSignal[]) {
    process.on(signal, () => {
      const now = systemClock.now();
      first ??= now;
      if (now - first > SAME_SIGNAL_MS) process.exit(128 + signalNumbers[signal]);
      stop.abort(signal);
    });
  }
  return stop.signal;
}

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
  stopSignal,
};

process.exitCode = await run(words, io);
