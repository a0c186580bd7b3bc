import type { Pace } from './pace.ts';

/** One operation of a load, from its first request until it has ended. */
export interface Operation {
  readonly number: number;
  /** Of the one that does it; a worker does one operation after the other. */
  readonly worker: number;
  /** To be called as soon as the mesh has acknowledged it. */
  readonly acknowledged: () => void;
}

export interface LoadOptions {
  readonly name: string;
  /** How many operations. */
  readonly target: number;
  /** How many at the same time. */
  readonly workers: number;
  readonly perform: (operation: Operation) => Promise<void>;
  /** Takes what an operation throws; the load goes on. */
  readonly surprises: string[];
}

/** Clients of one kind. */
export class Load {
  readonly name: string;
  readonly target: number;
  readonly #options: LoadOptions;
  #begun = 0;
  #acknowledged = 0;
  #underWay = 0;
  #watch: { readonly at: number; readonly reached: () => void } | undefined;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.name = options.name;
    this.target = options.target;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** How many operations have begun and not ended. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Resolves when all is done. */
  async run(pace: Pace): Promise<void> {
    const workers = Array.from({ length: this.#options.workers }, (_, worker) => this.#work(worker, pace));
    await Promise.all(workers);
  }

  /** Calls `reached` in the very turn in which that much is acknowledged, or at once when it is. */
  when(acknowledged: number, reached: () => void): void {
    if (this.#acknowledged >= acknowledged) reached();
    else this.#watch = { at: acknowledged, reached };
  }

  async #work(worker: number, pace: Pace): Promise<void> {
    for (;;) {
      const number = this.#begun++;
      if (number >= this.target) return;
      await pace.reach(this.name, number / this.target);
      this.#underWay++;
      try {
        await this.#options.perform({ number, worker, acknowledged: () => this.#acknowledge() });
      } catch (error) {
        this.#options.surprises.push(`${this.name}, ${number}: ${error instanceof Error ? error.stack : error}`);
      } finally {
        this.#underWay--;
      }
    }
  }

  #acknowledge(): void {
    this.#acknowledged++;
    const watch = this.#watch;
    if (watch === undefined || this.#acknowledged < watch.at) return;
    this.#watch = undefined;
    watch.reached();
  }
}
