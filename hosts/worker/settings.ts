import { type Environment, number, readHost } from '#hosts/runtimes/environment.ts';
import { sqsPoll } from '#hosts/sources/queue-source.ts';
import { LONGEST_ATTEMPT } from './worker-function.ts';

/** The settings of a worker. They are read once, at start. */
export interface WorkerSettings {
  readonly host: string;
  /** The port of the health endpoint. 0: the system chooses a free port. */
  readonly port: number;
  /** The maximum number of invocations at the same time; undefined: the value in serverless.yml. */
  readonly concurrency: number | undefined;
  /** Seconds of one attempt; undefined: see defaultTimeout. */
  readonly timeout: number | undefined;
  /** Seconds for which invocations may run on after the signal to stop. */
  readonly drain: number;
}

/** Seconds. ECS and Kubernetes send SIGKILL 30 s after SIGTERM. */
const DRAIN = 25;
/** Seconds. The drain must be longer than the last poll, which could otherwise receive a message that was just released. */
const SHORTEST_DRAIN = sqsPoll.seconds + 1;

/** The options of the command, as text. An option overrides its environment variable. */
export interface WorkerOptions {
  readonly port?: string;
  readonly concurrency?: string;
  readonly timeout?: string;
  readonly drain?: string;
}

const names = {
  port: 'STARLING_PORT',
  concurrency: 'STARLING_WORKER_CONCURRENCY',
  timeout: 'STARLING_WORKER_TIMEOUT',
  drain: 'STARLING_WORKER_DRAIN',
} as const satisfies Record<keyof WorkerOptions, string>;

/** @throws ConfigurationError that names the wrong option or variable and its allowed values. */
export function readWorkerSettings(env: Environment, options: WorkerOptions): WorkerSettings {
  const whole = (name: keyof WorkerOptions, otherwise: number, from: number, to: number, what: string) => {
    const bounds = { from, to, integer: true, what };
    return options[name] === undefined
      ? number(env, names[name], otherwise, bounds)
      : number({ [`--${name}`]: options[name] }, `--${name}`, otherwise, bounds);
  };
  // Zero means "not set". The bounds do not allow it as an input.
  return {
    host: readHost(env),
    port: whole('port', 4280, 0, 65_535, 'a port'),
    concurrency: whole('concurrency', 0, 1, 1000, 'invocations') || undefined,
    timeout: whole('timeout', 0, 1, LONGEST_ATTEMPT, 'seconds') || undefined,
    drain: whole('drain', DRAIN, SHORTEST_DRAIN, LONGEST_ATTEMPT, 'seconds'),
  };
}
