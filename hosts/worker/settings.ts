import { type Environment, number } from '#hosts/runtimes/environment.ts';
import { sqsPoll } from '#hosts/sources/queue-source.ts';
import { LONGEST_ATTEMPT } from './worker-function.ts';

/** How a worker runs: read once, at start. */
export interface WorkerSettings {
  readonly host: string;
  /** Of the health endpoint; 0 takes a free one. */
  readonly port: number;
  /** Invocations at the same time; undefined: as many as serverless.yml says. */
  readonly concurrency: number | undefined;
  /** Seconds of one attempt; undefined: see defaultTimeout. */
  readonly timeout: number | undefined;
  /** Seconds that what runs may go on after the signal to stop. */
  readonly drain: number;
}

/** Under the 30 s that ECS and Kubernetes leave a container between SIGTERM and SIGKILL. */
const DRAIN = 25;
/** As long as the last poll may take, which else would take back what was just given back. */
const SHORTEST_DRAIN = sqsPoll.seconds + 1;

/** The options of the command as they were typed; they go before their variables. */
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

/** @throws ConfigurationError that names the option or the variable, and what it takes. */
export function readWorkerSettings(env: Environment, options: WorkerOptions): WorkerSettings {
  const whole = (name: keyof WorkerOptions, otherwise: number, from: number, to: number, what: string) => {
    const bounds = { from, to, integer: true, what };
    return options[name] === undefined
      ? number(env, names[name], otherwise, bounds)
      : number({ [`--${name}`]: options[name] }, `--${name}`, otherwise, bounds);
  };
  // Zero stands for none, and is none that may be given.
  return {
    host: env.STARLING_HOST || '127.0.0.1',
    port: whole('port', 4280, 0, 65_535, 'a port'),
    concurrency: whole('concurrency', 0, 1, 1000, 'invocations') || undefined,
    timeout: whole('timeout', 0, 1, LONGEST_ATTEMPT, 'seconds') || undefined,
    drain: whole('drain', DRAIN, SHORTEST_DRAIN, LONGEST_ATTEMPT, 'seconds'),
  };
}
