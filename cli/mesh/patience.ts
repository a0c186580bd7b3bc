import type { CliContext } from '../context.ts';
import { MeshError, UnreachableError } from '../errors.ts';
import type { Io } from '../io.ts';
import { isAway, isPassing, type Mesh } from './mesh.ts';

/** A mesh that restarts has this long to come back. Its tasks survive the restart. */
const PATIENCE_MS = 60_000;

/** Between two tries to reach the mesh. It is short, because a restart takes about a second. */
export const RETRY_AFTER_MS = 500;

/** The settings of a command that waits for a mesh to come back. */
export interface Waiting extends Pick<Io, 'clock' | 'sleep'> {
  /** Aborts when the person stops the command. */
  readonly signal: AbortSignal;
  /** Tells the person that the command waits. */
  readonly note: (text: string) => void;
}

export function waitingOf({ io: { clock, sleep }, printer }: CliContext, signal: AbortSignal): Waiting {
  return { clock, sleep, signal, note: (text) => printer.note(text) };
}

/** Waits for a mesh that has gone, for a minute. An answer of the mesh begins a new minute. */
export class Patience {
  readonly #waiting: Waiting;
  #lostAt: number | undefined;
  #noted = false;

  constructor(waiting: Waiting) {
    this.#waiting = waiting;
  }

  /** Whether an error means that the mesh is away. A mesh that comes back may first answer with errors of its own. */
  outlasts(error: unknown): boolean {
    return isAway(error) || (this.#lostAt !== undefined && isPassing(error));
  }

  answered(): void {
    this.#lostAt = undefined;
  }

  /**
   * Waits until the next try.
   *
   * @param lost the error by which the mesh was lost; undefined when it ended a stream in good order
   * @param taskId the task that the command is about, if it is known
   * @throws UnreachableError when the minute is over; the reason of the signal when it aborts
   */
  async wait(lost: unknown, taskId: string | undefined): Promise<void> {
    const { clock, sleep, signal, note } = this.#waiting;
    signal.throwIfAborted();
    this.#lostAt ??= clock.now();
    if (clock.now() - this.#lostAt > PATIENCE_MS) throw gone(lost, taskId);
    if (!this.#noted && lost !== undefined) {
      note('The mesh no longer answers. Waiting up to a minute until it is back. Press Ctrl-C to stop.');
      this.#noted = true;
    }
    await sleep(RETRY_AFTER_MS, signal);
    signal.throwIfAborted();
  }
}

/**
 * Sends a request until the mesh answers it. The request must have the same effect once and several times.
 *
 * @throws UnreachableError when the mesh never answered, or does not come back within a minute
 */
export async function persistently<Answer>(
  mesh: Mesh,
  waiting: Waiting,
  request: () => Promise<Answer>,
): Promise<Answer> {
  const patience = new Patience(waiting);
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!mesh.reached || !patience.outlasts(error)) throw error;
      await patience.wait(error, undefined);
    }
  }
}

function gone(cause: unknown, taskId: string | undefined): unknown {
  // The mesh answers, and its answer says more.
  if (cause instanceof MeshError) return cause;
  if (taskId === undefined) {
    return new UnreachableError(
      'The mesh no longer answers. If it received the message, the task continues when the mesh is back.',
      { cause, advice: (commands) => `See it with: ${commands.line('tasks', 'list')}` },
    );
  }
  return new UnreachableError(`The mesh no longer answers. Task ${taskId} continues when the mesh is back.`, {
    cause,
    taskId,
    advice: (commands) => `See it with: ${commands.line('tasks', 'get', taskId)}`,
  });
}
