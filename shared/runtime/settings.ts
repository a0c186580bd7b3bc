import { ConfigurationError } from '../errors.ts';

/** The configuration of a runtime: read once, at start. Times in milliseconds, sizes in bytes. */
export interface Settings {
  readonly stage: string;
  readonly host: string;
  readonly port: number;
  /** The file that wires the functions. */
  readonly config: string;
  /** The folder of the database and keys. */
  readonly data: string;
  /** How long a blocking call waits for its task. */
  readonly wait: number;
  readonly maxBody: number;
  /** Where clients reach the gateway, without a slash at the end. */
  readonly url: string;
  readonly bus: string;
  readonly artifactStream: string;
  readonly logLevel: LogLevel;
  readonly logFormat: 'json' | 'pretty';
}

const logLevels = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof logLevels)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @throws ConfigurationError that names the variable and what it takes.
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
    wait: number(env, 'STARLING_WAIT', 25, { from: 0, to: 86_400, what: 'seconds' }) * 1000,
    maxBody: number(env, 'STARLING_MAX_BODY', 4 * 1024 * 1024, {
      from: 1024,
      to: 2 ** 30,
      integer: true,
      what: 'bytes',
    }),
    url: publicUrl(env, `http://${urlHost(host)}:${port}`),
    bus: `starling-${stage}`,
    artifactStream: `starling-${stage}-artifacts`,
    logLevel: oneOf(env, 'STARLING_LOG_LEVEL', logLevels, 'INFO'),
    logFormat: oneOf(env, 'STARLING_LOG', ['json', 'pretty'], terminal ? 'pretty' : 'json'),
  };
}

/** The host as a URL bears it; a wildcard address is reached by the loopback. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function publicUrl(env: Environment, otherwise: string): string {
  const text = env.STARLING_PUBLIC_URL;
  if (text === undefined || text === '') return otherwise;
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new ConfigurationError(
      `STARLING_PUBLIC_URL is "${text}", but takes an address like https://mesh.example.com.`,
    );
  }
  return text.replace(/\/+$/, '');
}

interface Bounds {
  readonly from: number;
  readonly to: number;
  readonly what: string;
  readonly integer?: boolean;
}

function number(env: Environment, name: string, otherwise: number, bounds: Bounds): number {
  const text = env[name]?.trim();
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  const fits = Number.isFinite(value) && value >= bounds.from && value <= bounds.to;
  if (!fits || (bounds.integer && !Number.isInteger(value))) {
    throw new ConfigurationError(`${name} is "${text}", but takes ${bounds.what} from ${bounds.from} to ${bounds.to}.`);
  }
  return value;
}

function oneOf<const Value extends string>(
  env: Environment,
  name: string,
  values: readonly Value[],
  otherwise: Value,
): Value {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw new ConfigurationError(`${name} is "${text}", but takes one of ${values.join(', ')}.`);
  return value;
}
