import { type MeshSettings, WORKING_AFTER_MS } from '#shared/runtime/settings.ts';
import type { LogLevel } from '#shared/telemetry/logger.ts';
import { artifactStreamName, busName } from '#wiring/names.ts';
import {
  address,
  type Environment,
  number,
  oneOf,
  readCard,
  readHost,
  readLogLevel,
  readMaxAnswer,
  readMaxBody,
  readMaxStore,
  readRetention,
  readServerLimits,
  readWait,
  text,
  urlHost,
} from './environment.ts';

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

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
  readonly maxConnections: number;
  /** Connections whose last token is of one client. */
  readonly maxConnectionsPerClient: number;
  /** Connections from one address that have shown no valid token. */
  readonly maxConnectionsPerAddress: number;
  /** Bytes of answers that clients have not taken, of all clients together. */
  readonly maxUnsentBytes: number;
  readonly maxUnsentBytesPerClient: number;
  /** A client that takes no byte of its answer for this time is cut off. */
  readonly writeTimeoutMs: number;
  readonly logLevel: LogLevel;
  readonly logFormat: 'json' | 'pretty';
}

/**
 * @throws ConfigurationError that names the wrong variable and its allowed values.
 */
export function readSettings(env: Environment, terminal: boolean): Settings {
  const host = readHost(env);
  const port = number(env, 'STARLING_PORT', 4280, { from: 0, to: 65_535, integer: true, what: 'a port' });
  const stage = 'local';
  return {
    stage,
    host,
    port,
    config: text(env, 'STARLING_CONFIG') ?? 'serverless.yml',
    data: text(env, 'STARLING_DATA') ?? '.starling',
    retentionMs: readRetention(env),
    maxStoreBytes: readMaxStore(env),
    ...readServerLimits(env),
    waitMs: readWait(env),
    maxBodyBytes: readMaxBody(env),
    maxAnswerBytes: readMaxAnswer(env, MAX_ANSWER_BYTES),
    card: readCard(env),
    ...urls(address(env, 'STARLING_PUBLIC_URL') ?? ownAddress(host, port)),
    bus: busName(stage),
    artifactStream: artifactStreamName(stage),
    workingAfterMs: WORKING_AFTER_MS,
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

/** The address of the mesh for programs on the same machine. */
export function localUrl({ host, port }: Pick<Settings, 'host' | 'port'>): string {
  return ownAddress(host, port);
}

/** Clients reach a wildcard address by the loopback address. */
function ownAddress(host: string, port: number): string {
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return new URL(`http://${urlHost(reached)}:${port}`).origin;
}
