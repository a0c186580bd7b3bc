import { readSettings } from '#hosts/runtimes/settings.ts';
import { messageOf, StarlingError } from '#shared/errors.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { createLogger } from '#shared/telemetry/powertools-logger.ts';
import { readWiring } from '#wiring/index.ts';
import { type Host, startHost } from './host.ts';

/** `npm start`: the mesh on one machine, until Ctrl-C. */
async function main(): Promise<void> {
  outliveLostOutput();
  const settings = readSettings(process.env, process.stdout.isTTY ?? false);
  const log = createLogger({ level: settings.logLevel, format: settings.logFormat, service: 'starling' });
  outliveStrayErrors(log);
  // Settings hold no secrets: keys and client secrets are in the data folder.
  log.debug('the settings of this mesh', { settings });
  const wiring = readWiring(settings.config, { stage: settings.stage, env: process.env });
  const host = await startHost({
    settings,
    wiring,
    log,
    onFatal(error) {
      log.error('the mesh cannot go on', { error });
      process.exit(1);
    },
  });
  stopAtSignals(host, log);
  process.stdout.write(greeting(host));
}

/**
 * What an agent lets fall (a promise that nobody awaits, an error in a timer) ends that agent's attempt at most. It must
 * not end the mesh: the message would come again at the next start, and end that one too.
 */
function outliveStrayErrors(log: Logger): void {
  process.on('unhandledRejection', (error) => log.error('a promise was rejected that nobody awaits', { error }));
  process.on('uncaughtException', (error) => log.error('an error was thrown that nobody catches', { error }));
}

/**
 * Whoever read the log may go (`npm start | head`, a log collector that restarts), or the disk that it is written to may be
 * full: the mesh goes on without. Each write that fails is an error, which must not be logged in turn.
 */
function outliveLostOutput(): void {
  process.stdout.once('error', ({ code }: NodeJS.ErrnoException) => {
    process.stderr.write(
      code === 'EPIPE'
        ? 'Nobody reads standard output any more (EPIPE): the mesh goes on without a log.\n'
        : `Standard output cannot be written (${code}): the mesh goes on, and lines of its log are lost until it can.\n`,
    );
  });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

function stopAtSignals(host: Host, log: Logger): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // The second one does not wait.
      if (stopping) process.exit(130);
      stopping = true;
      log.info('the mesh is stopping', { signal });
      host.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`The mesh did not stop cleanly: ${messageOf(error)}\n`);
          process.exit(1);
        },
      );
    });
  }
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
  // What a person can mend is told in words; anything else is ours, and keeps its stack.
  const text = error instanceof StarlingError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
