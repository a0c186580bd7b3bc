/**
 * Code gets its clock from the runtime, so that a test can set the time. There are two clocks:
 *
 * - **The mesh clock** (`Runtime.clock`) gives the times of stored data, visibility timeouts, waits and deadlines. On AWS
 *   this is the machine's clock, which Amazon synchronizes. In standalone it never goes back
 *   (hosts/runtimes/steady-clock.ts).
 * - **The wall clock** (`systemClock`) checks tokens and signatures, because other machines put their wall time into them.
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** The wall clock. A person or a time server may set it forward or back at any time. */
export const systemClock: Clock = { now: () => Date.now() };
