import { outliveStrayErrors } from '#hosts/functions/stray-errors.ts';
import { readSettings } from '#hosts/runtimes/settings.ts';
import { messageOf, StarlingError } from '#shared/errors.ts';
import { BufferedCallLog } from '#shared/telemetry/call-log.ts';
import { standardOutput } from '#shared/telemetry/line-output.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { createLogger } from '#shared/telemetry/powertools-logger.ts';
import { readWiring } from '#wiring/index.ts';
import { type Host, startHost } from './host.ts';
import { watchParent } from './parent-watch.ts';

/** `npm start`: the mesh on one machine, until Ctrl-C. */
async function main(): Promise<void> {
  outliveLostOutput();
  const settings = readSettings(process.env, process.stdout.isTTY ?? false);
  const log = createLogger({ level: settings.logLevel, format: settings.logFormat, service: 'starling' });
  const output = standardOutput();
  const calls = new BufferedCallLog({
    level: settings.logLevel,
    format: settings.logFormat,
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
      log.error('the mesh cannot go on', { error });
      process.exit(1);
    },
  });
  const stop = async () => {
    await host.stop();
    calls.flush();
    await output.drain();
  };
  stopAtSignals(stop, log);
  process.stdout.write(greeting(host));
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

function greeting({ settings, client, agents }: Host): string {
  const { url } = settings;
  return `
Starling is ready at ${url}  (${Math.round(performance.now())} ms, agents: ${agents.join(', ')})

  client id      ${client.clientId}
  client secret  ${client.clientSecret}

Try it:

  npx starling call calculator "(3 + 4) * 5 - 2^3"

or with curl:

  TOKEN=$(curl -s -u ${client.clientId}:${client.clientSecret} -d grant_type=client_credentials ${url}/oauth2/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s ${url}/agents/weather -H "Authorization: Bearer $TOKEN" -d '{"jsonrpc":"2.0","method":"get_weather","params":{"location":"Seoul"},"id":1}'

An A2A client finds an agent's card below ${url}/agents/echo/ (with the slash). Ctrl-C stops the mesh.

`;
}

main().catch((error: unknown) => {
  // A StarlingError tells the person what to do. Any other error is a bug, and its stack helps to find it.
  const text = error instanceof StarlingError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
