/** From a task's creation to the first look. No agent's answer crosses two queues sooner. */
const FIRST_LOOK_MS = 250;
/** The pause after a look that found entries: the events of an answer follow each other closely. */
const SHORTEST_PAUSE_MS = 40;
const LONGEST_PAUSE_MS = 1_000;
/** A pause is a quarter of the time waited so far. On average a call then waits an eighth longer. */
const SHARE = 1 / 4;

/** When a tail looks for new entries: soon after it found some, and less often the longer it finds nothing. */
export class PollSchedule {
  #waited = 0;
  #first: number | undefined;

  /** @param fresh whether the task was made just now */
  constructor(fresh: boolean) {
    this.#first = fresh ? FIRST_LOOK_MS : undefined;
  }

  /** Milliseconds until the next look. */
  next(): number {
    const delay =
      this.#first ?? Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, Math.round(this.#waited * SHARE)));
    this.#first = undefined;
    this.#waited += delay;
    return delay;
  }

  /** Call it after a look that found entries. */
  reset(): void {
    this.#first = undefined;
    this.#waited = 0;
  }
}
