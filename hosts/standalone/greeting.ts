import path from 'node:path';
import { localUrl, type Settings } from '#hosts/runtimes/settings.ts';
import { CommandLines, type Shell } from '#shared/command-line.ts';
import { createLogger } from '#shared/telemetry/powertools-logger.ts';
import type { SeededClient } from './issuer/seed-client.ts';

/** The parts of a host that the greeting reads. */
interface Started {
  readonly settings: Settings;
  readonly client: SeededClient;
  readonly agents: readonly string[];
}

export interface GreetingOptions {
  /** The shell that reads the greeting. */
  readonly shell: Shell;
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean;
  /** How long the start took. */
  readonly startMs: number;
}

/**
 * Tells that the mesh is ready, at every log level: as a line of JSON if the log is JSON, otherwise as text. Other
 * people may read a log or a pipe, so only a terminal shows the secret of the client, and only once.
 */
export function greeting(host: Started, options: GreetingOptions): string {
  return host.settings.logFormat === 'json' ? jsonGreeting(host, options) : textGreeting(host, options);
}

function jsonGreeting({ settings, client, agents }: Started, { startMs }: GreetingOptions): string {
  let line = '';
  const log = createLogger({
    level: 'INFO',
    format: 'json',
    service: 'starling',
    write(text) {
      line = text;
    },
  });
  // Scripts wait for this beginning and take the word behind it as the address.
  log.info(`Starling is ready at ${settings.url} with the agents ${agents.join(', ')}`, {
    url: settings.url,
    agents,
    startMs,
    clientId: client.clientId,
    clientFile: path.resolve(client.file),
  });
  return line;
}

function textGreeting({ settings, client, agents }: Started, { shell, isTerminal, startMs }: GreetingOptions): string {
  const { url } = settings;
  const own = localUrl(settings);
  const commands = new CommandLines(shell, { kind: 'standalone', url: own, data: path.resolve(settings.data) });
  const file = path.resolve(client.file);
  const secret =
    isTerminal && client.isFirst
      ? `${client.clientSecret}\n                 (shown this once; ${file} keeps it)`
      : `is in ${file}`;
  return `
Starling is ready at ${url}  (${startMs} ms, agents: ${agents.join(', ')})

  client id      ${client.clientId}
  client secret  ${secret}

Try it:

  ${commands.line('call', 'calculator', '(3 + 4) * 5 - 2^3')}

or with curl:

  TOKEN=$(${commands.line('token')})
  curl -s ${own}/agents/weather -H "Authorization: Bearer $TOKEN" -d '{"jsonrpc":"2.0","method":"get_weather","params":{"location":"Seoul"},"id":1}'

An A2A client finds an agent's card below ${url}/agents/echo/ (with the slash). Ctrl-C stops the mesh.

`;
}
