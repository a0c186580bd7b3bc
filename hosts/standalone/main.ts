import path from 'node:path';
import { guardProcess, type ProcessGuard } from '#hosts/functions/process-guard.ts';
import { readSettings } from '#hosts/runtimes/settings.ts';
import { type Fall, fallNote, takeFall } from '#hosts/watchdog/fall.ts';
import { startWatchdog, type Watchdog } from '#hosts/watchdog/watchdog.ts';
import { CommandLines, DEFAULT_DATA, shellOf } from '#shared/command-line.ts';
import { messageOf, StarlingError } from '#shared/errors.ts';
import { BufferedCallLog } from '#shared/telemetry/call-log.ts';
import { standardOutput } from '#shared/telemetry/line-output.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { createLogger } from '#shared/telemetry/powertools-logger.ts';
import { readWiring } from '#wiring/index.ts';
import { resultWarning } from '#wiring/result-pattern.ts';
import { greeting } from './greeting.ts';
import { startHost } from './host.ts';
import { keepOutputJson } from './json-output.ts';
import { takeSupervisor } from './supervisor-channel.ts';

let exit: ProcessGuard['exit'] = (code) => process.exit(code);

/** The process of a mesh on one machine, until Ctrl-C. `npm start` runs it below supervisor.js, `npm run dev` below dev.ts. */
async function main(): Promise<void> {
  outliveLostOutput();
  const supervisor = takeSupervisor(process.env);
  const settings = readSettings(process.env, process.stdout.isTTY ?? false);
  const format = settings.logFormat;
  const write = format === 'json' ? keepOutputJson(process.stdout, () => log) : undefined;
  const log = createLogger({ level: settings.logLevel, format, service: 'starling', ...(write && { write }) });
  const output = standardOutput(write);
  const calls = new BufferedCallLog({
    level: settings.logLevel,
    format,
    service: 'starling',
    output,
    color: process.stdout.isTTY === true && process.stdout.hasColors(),
  });
  exit = guardProcess(log).exit;
  // The settings hold no secrets: keys and client secrets are in the data folder.
  log.debug('the settings of this mesh', { settings });
  const wiring = readWiring(settings.config, { stage: settings.stage, env: process.env });
  for (const { name, subscriptions } of wiring.functions) {
    for (const subscription of subscriptions) {
      const warning = resultWarning(name, subscription);
      if (warning !== undefined) log.warn(warning);
    }
  }
  let stop: ((signal: string) => void) | undefined;
  let watchdog: Watchdog | undefined;
  const startWatching = () =>
    startWatchdog({
      supervisor: supervisor?.descriptor,
      note: fallNote(settings.data),
      format,
      log,
      onOrder: (signal) => stop?.(signal),
    });
  const fall: Fall | undefined = takeFall(settings.data) ?? supervisor?.fall;
  const host = await startHost({
    settings,
    wiring,
    log,
    calls,
    fall,
    onPhase(phase) {
      watchdog ??= startWatching();
      watchdog.enter(phase);
    },
    onFatal(error) {
      const command = error instanceof StarlingError ? error.command : undefined;
      log.error('the mesh cannot go on', { error, ...(command && { remedy: remedies().line(...command) }) });
      exit(1);
    },
  });
  const stopMesh = async () => {
    await host.stop();
    calls.flush();
    await output.drain();
  };
  stop = stopAtSignals(stopMesh, log);
  if (supervisor) watchdog?.tell(`ready ${host.settings.port}\n`);
  if (fall) {
    log.warn('the mesh is back after a crash', { url: host.settings.url, cause: fall.cause });
    return;
  }
  const isTerminal = process.stdout.isTTY ?? false;
  const shell = shellOf(process.env, process.cwd());
  const text = greeting(host, { shell, isTerminal, startMs: Math.round(performance.now()) });
  if (write) write(text);
  else process.stdout.write(text);
}

/**
 * The mesh runs on without a log when the reader of standard output has gone (`npm start | head`, a log collector that
 * restarts) or the disk is full. A failed write must not be logged: that write would fail too.
 */
function outliveLostOutput(): void {
  process.stdout.once('error', ({ code }: NodeJS.ErrnoException) => {
    process.stderr.write(
      code === 'EPIPE'
        ? 'The reader of standard output has gone (EPIPE). The mesh runs on without a log.\n'
        : `Standard output cannot be written (${code}). The mesh runs on; log lines are lost until writing works again.\n`,
    );
  });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/** Returns a function that stops the mesh by an order of the supervisor. An order after the first changes nothing. */
function stopAtSignals(stopMesh: () => Promise<void>, log: Logger): (signal: string) => void {
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info('the mesh is stopping', { signal });
    stopMesh().then(
      () => exit(0),
      (error: unknown) => {
        process.stderr.write(`The mesh did not stop cleanly: ${messageOf(error)}\n`);
        exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // The second signal ends the process at once.
      if (stopping) exit(130);
      stop(signal);
    });
  }
  return stop;
}

/** Commands for the data folder. They need no other settings, because these may be wrong. */
function remedies(): CommandLines {
  const data = path.resolve(process.env.STARLING_DATA || DEFAULT_DATA);
  return new CommandLines(shellOf(process.env, process.cwd()), { kind: 'standalone', data });
}

main().catch((error: unknown) => {
  // A StarlingError tells the person what to do. Any other error is a bug, and its stack helps to find it.
  const text =
    error instanceof StarlingError ? remedies().messageOf(error) : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  exit(1);
});
