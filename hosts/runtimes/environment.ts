import { ConfigurationError } from '#shared/errors.ts';
import { isOneOf } from '#shared/objects.ts';
import { type LogLevel, logLevels } from '#shared/telemetry/logger.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

interface Bounds {
  readonly from: number;
  readonly to: number;
  readonly what: string;
  readonly integer?: boolean;
}

/**
 * The text of a variable. Blanks and line breaks at its ends do not count: a file with Windows line ends leaves a carriage
 * return in each value. An empty variable counts as not set.
 *
 * @throws ConfigurationError for a control character within the text
 */
export function text(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  if (value === undefined || value === '') return undefined;
  if (/\p{Cc}/u.test(value)) {
    throw new ConfigurationError(
      `${name} is ${JSON.stringify(value)}. It contains a control character, such as a line break: write it without.`,
    );
  }
  return value;
}

/** A number between bounds. An empty variable counts as not set. @throws ConfigurationError */
export function number(env: Environment, name: string, otherwise: number, bounds: Bounds): number {
  const given = text(env, name);
  if (given === undefined) return otherwise;
  const value = Number(given);
  const fits = Number.isFinite(value) && value >= bounds.from && value <= bounds.to;
  if (!fits || (bounds.integer && !Number.isInteger(value))) {
    throw new ConfigurationError(
      `${name} is "${given}", but takes ${bounds.what} from ${bounds.from} to ${bounds.to}.`,
    );
  }
  return value;
}

/** One of the values. An empty variable counts as not set. @throws ConfigurationError */
export function oneOf<const Value extends string>(
  env: Environment,
  name: string,
  values: readonly Value[],
  otherwise: Value,
): Value {
  const given = text(env, name);
  if (given === undefined) return otherwise;
  if (!isOneOf(given, values))
    throw new ConfigurationError(`${name} is "${given}", but takes one of ${values.join(', ')}.`);
  return given;
}

/**
 * An HTTP address in its normal form, without a slash at the end. An empty variable counts as not set.
 *
 * @throws ConfigurationError
 */
export function address(env: Environment, name: string): string | undefined {
  const given = text(env, name);
  if (given === undefined) return undefined;
  const parsed = parseAddress(given);
  if (parsed === undefined) {
    throw new ConfigurationError(`${name} is "${given}", but takes an address like https://mesh.example.com.`);
  }
  return parsed;
}

/**
 * An HTTP address in its normal form, without a slash at the end. Undefined: the text is no such address, or has a query, a
 * fragment, blanks, or a password, which everybody would read in the cards.
 */
export function parseAddress(given: string): string | undefined {
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol) || /[\s?#]/.test(given)) return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  return url.href.replace(/\/+$/, '');
}

/** A host to listen on: a name or an IP address, an IPv6 address without brackets. @throws ConfigurationError */
export function readHost(env: Environment): string {
  const given = text(env, 'STARLING_HOST');
  if (given === undefined) return '127.0.0.1';
  const url = URL.parse(`http://${urlHost(given.replace(/^\[(.*)\]$/, '$1'))}`);
  if (url === null || url.href !== `http://${url.hostname}/`) {
    throw new ConfigurationError(`STARLING_HOST is "${given}", but takes a host or an IP address, such as 0.0.0.0.`);
  }
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** A host as it stands in a URL. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * The values of required variables by name. The error names all missing variables, so that a person can fix a deployment in
 * one step.
 *
 * @throws ConfigurationError
 */
export function required<const Name extends string>(
  env: Environment,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const values = names.map((name) => [name, text(env, name)] as const);
  const missing = values.flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length > 0) {
    throw new ConfigurationError(
      `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not set. A deployment from serverless.yml sets every variable: deploy it again, or set what is missing in the function's environment.`,
    );
  }
  return Object.fromEntries(values) as Record<Name, string>;
}

/** How long a blocking call waits for its task, in milliseconds. */
export function readWait(env: Environment): number {
  return number(env, 'STARLING_WAIT', 25, { from: 0, to: 86_400, what: 'seconds' }) * 1000;
}

/** The largest body of a call, in bytes. */
export function readMaxBody(env: Environment): number {
  return number(env, 'STARLING_MAX_BODY', 4 * 1024 * 1024, { from: 1024, to: 2 ** 30, integer: true, what: 'bytes' });
}

/** The largest answer to a call, in bytes. */
export function readMaxAnswer(env: Environment, otherwise: number): number {
  return number(env, 'STARLING_MAX_ANSWER', otherwise, { from: 1024, to: 2 ** 30, integer: true, what: 'bytes' });
}

/** Whether cards have the fields of A2A 0.3 beside those of 1.0. */
export function readCard(env: Environment): '1.0' | 'compatible' {
  return oneOf(env, 'STARLING_CARD', ['1.0', 'compatible'], '1.0');
}

/** How long the mesh keeps tasks, from their creation, and quarantined events, in milliseconds. */
export function readRetention(env: Environment, { fromDays = 0.001 } = {}): number {
  return number(env, 'STARLING_RETENTION', 14, { from: fromDays, to: 36_500, what: 'days' }) * 86_400_000;
}

/** The size of a standalone mesh's database in bytes. Above it, the oldest data is deleted before its retention ends. */
export function readMaxStore(env: Environment): number {
  const bounds = { from: 32 * 1024 * 1024, to: 2 ** 43, integer: true, what: 'bytes' };
  return number(env, 'STARLING_MAX_STORE', 10 * 1024 ** 3, bounds);
}

/** The connections and bytes that the HTTP server gives to all clients, to one client and to one address. */
export function readServerLimits(env: Environment) {
  const connections = { from: 1, to: 1_000_000, integer: true, what: 'connections' };
  const bytes = { from: 64 * 1024, to: 2 ** 40, integer: true, what: 'bytes' };
  const seconds = { from: 1, to: 86_400, what: 'seconds' };
  return {
    maxConnections: number(env, 'STARLING_MAX_CONNECTIONS', 10_000, connections),
    maxConnectionsPerClient: number(env, 'STARLING_MAX_CONNECTIONS_PER_CLIENT', 2_000, connections),
    maxConnectionsPerAddress: number(env, 'STARLING_MAX_CONNECTIONS_PER_ADDRESS', 256, connections),
    maxUnsentBytes: number(env, 'STARLING_MAX_UNSENT', 256 * 1024 * 1024, bytes),
    maxUnsentBytesPerClient: number(env, 'STARLING_MAX_UNSENT_PER_CLIENT', 64 * 1024 * 1024, bytes),
    writeTimeoutMs: number(env, 'STARLING_WRITE_TIMEOUT', 30, seconds) * 1000,
  };
}

export function readLogLevel(env: Environment): LogLevel {
  return oneOf(env, 'STARLING_LOG_LEVEL', logLevels, 'INFO');
}
