import type { MeshSettings } from '#shared/runtime/settings.ts';
import type { LogLevel } from '#shared/telemetry/logger.ts';
import { artifactStreamName, busName } from '#wiring/names.ts';
import {
  address,
  type Environment,
  number,
  oneOf,
  readLogLevel,
  readMaxBody,
  readMaxStore,
  readRetention,
  readWait,
} from './environment.ts';

/** The configuration of a standalone mesh. It is read once, at start. */
export interface Settings extends MeshSettings {
  readonly host: string;
  readonly port: number;
  /** The file that wires the functions. */
  readonly config: string;
  /** The folder of the database and keys. */
  readonly data: string;
  /** Tasks that ended, events and quarantine are kept for so long. */
  readonly retentionMs: number;
  /** Above this size in use, the oldest of them is deleted before its retention ends. */
  readonly maxStoreBytes: number;
  readonly logLevel: LogLevel;
  readonly logFormat: 'json' | 'pretty';
}

/**
 * @throws ConfigurationError that names the wrong variable and its allowed values.
 */
export function readSettings(env: Environment, terminal: boolean): Settings {
  const host = env.STARLING_HOST || '127.0.0.1';
  const port = number(env, 'STARLING_PORT', 4280, { from: 0, to: 65_535, integer: true, what: 'a port' });
  const stage = 'local';
  return {
    stage,
    host,
    port,
    config: env.STARLING_CONFIG || 'serverless.yml',
    data: env.STARLING_DATA || '.starling',
    retentionMs: readRetention(env),
    maxStoreBytes: readMaxStore(env),
    waitMs: readWait(env),
    maxBodyBytes: readMaxBody(env),
    ...urls(address(env, 'STARLING_PUBLIC_URL') ?? `http://${urlHost(host)}:${port}`),
    bus: busName(stage),
    artifactStream: artifactStreamName(stage),
    workingAfterMs: 0,
    responses: 'buffered',
    logLevel: readLogLevel(env),
    logFormat: oneOf(env, 'STARLING_LOG', ['json', 'pretty'], terminal ? 'pretty' : 'json'),
  };
}

/** The settings with the port that the system chose for port 0. */
export function withPort(settings: Settings, port: number): Settings {
  return port === settings.port ? settings : { ...settings, port, ...urls(settings.url.replace(/:0$/, `:${port}`)) };
}

function urls(url: string): Pick<Settings, 'url' | 'tokenUrl'> {
  return { url, tokenUrl: `${url}/oauth2/token` };
}

/** The host as it stands in a URL. Clients reach a wildcard address by the loopback address. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
