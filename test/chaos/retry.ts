import { setTimeout as sleep } from 'node:timers/promises';

/** No answer, or one that says to come again: what was asked for may have been done or not. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** Pauses before a call is repeated, in milliseconds. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 800;
/** A mesh that takes longer than this to answer at all, kills included, has lost the call (milliseconds). */
const PATIENCE = 120_000;

/** Pauses that grow from one to the next. */
export class Backoff {
  #pause = FIRST_PAUSE;

  async wait(): Promise<void> {
    await sleep(this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  /** There was an answer. */
  reset(): void {
    this.#pause = FIRST_PAUSE;
  }
}

/** How often something was asked for. */
export interface Tries {
  count: number;
}

/**
 * Does as clients do: asks again until there is an answer.
 *
 * @param tries counts each time
 * @throws what `ask` throws other than Unanswered, and an error when the patience is at its end
 */
export async function untilAnswered<Answer>(ask: () => Promise<Answer>, tries: Tries = { count: 0 }): Promise<Answer> {
  const begun = performance.now();
  const backoff = new Backoff();
  for (;;) {
    tries.count++;
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      if (performance.now() - begun > PATIENCE) throw new Error('There was no answer at all', { cause: error });
      await backoff.wait();
    }
  }
}
