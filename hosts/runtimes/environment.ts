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

/** A number between bounds. An empty variable counts as not set. @throws ConfigurationError */
export function number(env: Environment, name: string, otherwise: number, bounds: Bounds): number {
  const text = env[name]?.trim();
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  const fits = Number.isFinite(value) && value >= bounds.from && value <= bounds.to;
  if (!fits || (bounds.integer && !Number.isInteger(value))) {
    throw new ConfigurationError(`${name} is "${text}", but takes ${bounds.what} from ${bounds.from} to ${bounds.to}.`);
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
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  if (!isOneOf(text, values))
    throw new ConfigurationError(`${name} is "${text}", but takes one of ${values.join(', ')}.`);
  return text;
}

/** An HTTP address without a slash at the end. An empty variable counts as not set. @throws ConfigurationError */
export function address(env: Environment, name: string): string | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new ConfigurationError(`${name} is "${text}", but takes an address like https://mesh.example.com.`);
  }
  return text.replace(/\/+$/, '');
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
  const missing = names.filter((name) => !env[name]);
  if (missing.length > 0) {
    throw new ConfigurationError(
      `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not set. A deployment from serverless.yml sets every variable: deploy it again, or set what is missing in the function's environment.`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, env[name]])) as Record<Name, string>;
}

/** How long a blocking call waits for its task, in milliseconds. */
export function readWait(env: Environment): number {
  return number(env, 'STARLING_WAIT', 25, { from: 0, to: 86_400, what: 'seconds' }) * 1000;
}

/** The largest body of a call, in bytes. */
export function readMaxBody(env: Environment): number {
  return number(env, 'STARLING_MAX_BODY', 4 * 1024 * 1024, { from: 1024, to: 2 ** 30, integer: true, what: 'bytes' });
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

export function readLogLevel(env: Environment): LogLevel {
  return oneOf(env, 'STARLING_LOG_LEVEL', logLevels, 'INFO');
}
