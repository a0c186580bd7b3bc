/**
 * Leases decide which one of several processes does a piece of work.
 *
 * Contract:
 * - `take` gives the lease to the owner if the lease is free, if its time is over, or if this owner has it. The time then
 *   starts again.
 * - At most one owner has a lease at a time, if the clocks of the machines agree.
 * - `release` frees a lease of this owner. It does nothing to a lease of another owner.
 */
export interface Leases {
  /**
   * @param milliseconds after which it is free, unless it was taken again
   * @returns whether the owner has it
   */
  take(name: string, owner: string, milliseconds: number): Promise<boolean>;
  release(name: string, owner: string): Promise<void>;
}
