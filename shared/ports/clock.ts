/**
 * Time comes in through the runtime, so that a test can move it. There are two of them:
 *
 * - The mesh's own (`Runtime.clock`): what the mesh stores, hides, waits for and ends by. On AWS that is the wall clock of
 *   machines that Amazon keeps in time; standalone it never steps back (hosts/runtimes/steady-clock.ts).
 * - The wall clock (`systemClock`): what others write into what they sign, so tokens and signatures are checked by it.
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** The wall clock: it may be set, by a person or a time server, in either direction. */
export const systemClock: Clock = { now: () => Date.now() };
