/** Milliseconds from a task's making to the first look: no agent's answer comes back over two queues sooner. */
const FIRST = 250;
/** Milliseconds between two looks when there has just been something: an answer's events come closely together. */
const SHORTEST = 40;
const LONGEST = 1_000;
/** A quarter of the wait so far: whoever waits for an answer waits an eighth longer on average. */
const SHARE = 1 / 4;

/** When a tail looks for new entries: soon after it found some, and ever more seldom while it finds none. */
export class PollSchedule {
  #waited = 0;
  #first: number | undefined;

  /** @param fresh whether the task was made just now */
  constructor(fresh: boolean) {
    this.#first = fresh ? FIRST : undefined;
  }

  /** Milliseconds until the next look. */
  next(): number {
    const delay = this.#first ?? Math.min(LONGEST, Math.max(SHORTEST, Math.round(this.#waited * SHARE)));
    this.#first = undefined;
    this.#waited += delay;
    return delay;
  }

  /** There were entries. */
  reset(): void {
    this.#first = undefined;
    this.#waited = 0;
  }
}

/** Milliseconds between the looks of a call that waits for its new task, from its beginning; the last goes on. */
export function pollDelays(): number[] {
  const schedule = new PollSchedule(true);
  const delays: number[] = [];
  do delays.push(schedule.next());
  while (delays.at(-1) !== LONGEST);
  return delays;
}
