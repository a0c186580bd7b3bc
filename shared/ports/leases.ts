/**
 * Which of several processes does what only one may do at a time.
 *
 * Contract:
 * - `take` gives a lease that is free, whose time is over, or that the owner has already: then its time begins anew.
 * - At most one owner has a lease at a time, as far as the clocks of their machines agree.
 * - `release` frees what the owner has, and does nothing to what another has.
 */
export interface Leases {
  /**
   * @param milliseconds after which it is free, unless it was taken again
   * @returns whether the owner has it
   */
  take(name: string, owner: string, milliseconds: number): Promise<boolean>;
  release(name: string, owner: string): Promise<void>;
}
