import type { Random } from './random.ts';

/** When the process is killed; times in milliseconds. */
export type Moment =
  /** In the very turn in which a client is told of an acknowledgement; `load` and `within` say which one. */
  | { readonly kind: 'acknowledgement'; readonly load: string; readonly within: number }
  /** In the turn in which the client of one operation is told, while the mesh has nothing else to do. */
  | { readonly kind: 'alone'; readonly load: string }
  /** Some time after one operation of each load has begun at once, with nothing before: some are stored and not answered yet. */
  | { readonly kind: 'burst'; readonly delay: number }
  /** Some time after an acknowledgement. */
  | { readonly kind: 'later'; readonly load: string; readonly within: number; readonly delay: number }
  /** While it drains: some time after SIGTERM. */
  | { readonly kind: 'drain'; readonly load: string; readonly within: number; readonly delay: number }
  /** While it starts, or just after: so long after the start of its process, and so soon after the kill before. */
  | { readonly kind: 'start'; readonly delay: number };

type Kind = Moment['kind'];

const kinds: readonly Kind[] = ['acknowledgement', 'later', 'alone', 'burst', 'drain', 'start'];
/** How often each comes, the first six apart, which are one of each. */
const weighted: readonly Kind[] = [...kinds, 'acknowledgement', 'later', 'burst'];

/** Longest time of a moment after a burst, after its acknowledgement, after SIGTERM, and after the start of the process. */
const BURST = 25;
const LATER = 60;
const DRAINING = 400;
const STARTING = 1_500;

/** @param loads the names of the loads that acknowledge something */
export function planKills(count: number, loads: readonly string[], random: Random): readonly Moment[] {
  return Array.from({ length: count }, (_, index) => moment(kinds[index] ?? random.pick(weighted), loads, random));
}

function moment(kind: Kind, loads: readonly string[], random: Random): Moment {
  if (kind === 'start') return { kind, delay: random.below(STARTING) };
  if (kind === 'burst') return { kind, delay: random.below(BURST) };
  if (kind === 'alone') return { kind, load: random.pick(loads) };
  const place = { load: random.pick(loads), within: random.next() };
  if (kind === 'acknowledgement') return { kind, ...place };
  return { kind, ...place, delay: random.below(kind === 'later' ? LATER : DRAINING) };
}
