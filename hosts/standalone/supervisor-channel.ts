import type { Fall } from '#hosts/watchdog/fall.ts';

/** The process that starts the mesh again after a crash (supervisor.js). */
export interface Supervisor {
  /** The file descriptor of the channel to it. */
  readonly descriptor: number;
  /** Why the process before this one ended. Undefined: this is the first one. */
  readonly fall: Fall | undefined;
}

/** Reads the supervisor from the environment, and removes it there: processes that an agent starts have no supervisor. */
export function takeSupervisor(env: NodeJS.ProcessEnv): Supervisor | undefined {
  const text = env.STARLING_SUPERVISOR;
  delete env.STARLING_SUPERVISOR;
  if (text === undefined) return undefined;
  const { descriptor, crash } = JSON.parse(text) as { readonly descriptor: number; readonly crash?: string };
  return { descriptor, fall: crash === undefined ? undefined : { cause: crash, at: Date.now() } };
}
