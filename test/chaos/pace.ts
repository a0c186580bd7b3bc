interface Waiting {
  readonly load: string;
  readonly share: number;
  readonly go: () => void;
}

/** Spreads the loads over the kills: nobody begins what belongs behind the next one. */
export class Pace {
  #open = 0;
  #waiting: readonly Waiting[] = [];

  /** Lets everything begin that belongs to the first `share` (0 to 1) of its load. */
  open(share: number): void {
    this.#open = share;
    this.#let((each) => each.share < share);
  }

  /** Lets one more operation of a load begin. */
  openOne(load: string): void {
    const next = this.#waiting.find((each) => each.load === load);
    this.#let((each) => each === next);
  }

  /** Resolves when the place in the load, 0 to below 1, is open. */
  reach(load: string, share: number): Promise<void> {
    if (share < this.#open) return Promise.resolve();
    return new Promise((go) => {
      this.#waiting = [...this.#waiting, { load, share, go }];
    });
  }

  #let(isOpen: (waiting: Waiting) => boolean): void {
    const { yes = [], no = [] } = Object.groupBy(this.#waiting, (each) => (isOpen(each) ? 'yes' : 'no'));
    this.#waiting = no;
    for (const { go } of yes) go();
  }
}
