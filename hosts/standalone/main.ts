import path from 'node:path';
import { outliveStrayErrors } from '#hosts/functions/stray-errors.ts';
import { readSettings } from '#hosts/runtimes/settings.ts';
import { CommandLines, DEFAULT_DATA, shellOf } from '#shared/command-line.ts';
import { messageOf, StarlingError } from '#shared/errors.ts';
import { BufferedCallLog } from '#shared/telemetry/call-log.ts';
import { standardOutput } from '#shared/telemetry/line-output.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { createLogger } from '#shared/telemetry/powertools-logger.ts';
import { readWiring } from '#wiring/index.ts';
import { greeting } from './greeting.ts';
import { startHost } from './host.ts';
import { keepOutputJson } from './json-output.ts';
import { watchParent } from './parent-watch.ts';

/** `npm start`: the mesh on one machine, until Ctrl-C. */
async function main(): Promise<void> {
  outliveLostOutput();
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
  outliveStrayErrors(log);
  // The settings hold no secrets: keys and client secrets are in the data folder.
  log.debug('the settings of this mesh', { settings });
  const wiring = readWiring(settings.config, { stage: settings.stage, env: process.env });
  const host = await startHost({
    settings,
    wiring,
    log,
    calls,
    onFatal(error) {
      const command = error instanceof StarlingError ? error.command : undefined;
      log.error('the mesh cannot go on', { error, ...(command && { remedy: remedies().line(...command) }) });
      process.exit(1);
    },
  });
  const stop = async () => {
    await host.stop();
    calls.flush();
    await output.drain();
  };
  stopAtSignals(stop, log);
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

function stopAtSignals(stopMesh: () => Promise<void>, log: Logger): void {
  let stopping = false;
  const stop = (fields: { readonly signal: NodeJS.Signals } | { readonly parent: 'gone' }) => {
    stopping = true;
    log.info('the mesh is stopping', fields);
    stopMesh().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`The mesh did not stop cleanly: ${messageOf(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // The second signal ends the process at once.
      if (stopping) process.exit(130);
      stop({ signal });
    });
  }
  watchParent(process.env, () => {
    if (!stopping) stop({ parent: 'gone' });
  });
}

/** Commands for the data folder. They do not need the other settings, which may be what is wrong. */
function remedies(): CommandLines {
  const data = path.resolve(process.env.STARLING_DATA || DEFAULT_DATA);
  return new CommandLines(shellOf(process.env, process.cwd()), { kind: 'standalone', data });
}

main().catch((error: unknown) => {
  // A StarlingError tells the person what to do. Any other error is a bug, and its stack helps to find it.
  const text =
    error instanceof StarlingError ? remedies().messageOf(error) : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
