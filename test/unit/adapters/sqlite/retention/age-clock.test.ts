import { beforeEach, expect, it } from 'vitest';
import { AgeClock } from '#adapters/sqlite/retention/age-clock.ts';

const NOW = Date.UTC(2026, 0, 31, 9, 30);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEAR = 365 * 24 * HOUR;

let wall: number;
let monotonic: number;
let clock: AgeClock;

beforeEach(() => {
  wall = NOW;
  monotonic = 123.456;
  clock = open(NOW);
});

function open(notBefore: number): AgeClock {
  return new AgeClock({ wall: { now: () => wall }, monotonic: () => monotonic, notBefore });
}

/** Real time goes by, in milliseconds, and the clock is read each minute. */
function pass(milliseconds: number): void {
  for (let left = milliseconds; left > 0; left -= MINUTE) {
    wall += Math.min(left, MINUTE);
    monotonic += Math.min(left, MINUTE);
    clock.now();
  }
}

/** Within a millisecond, as it tells whole ones. */
const at = (time: number) => expect.closeTo(time, -1);

it('goes with the wall clock, and back with it', () => {
  pass(3 * HOUR);
  expect(clock.now()).toEqual(at(NOW + 3 * HOUR));
  wall -= HOUR;
  expect(clock.now()).toEqual(at(NOW + 2 * HOUR));
});

it('follows small corrections at once', () => {
  wall += 30_000;
  expect(clock.now()).toEqual(at(NOW + 30_000));
});

it('goes on as before when the wall clock was set to next year for some minutes', () => {
  pass(HOUR);
  wall += YEAR;
  pass(10 * MINUTE);
  expect(clock.now()).toEqual(at(NOW + HOUR + 10 * MINUTE));
  wall -= YEAR;
  pass(2 * HOUR);
  expect(clock.now()).toEqual(at(NOW + 3 * HOUR + 10 * MINUTE));
});

it('follows a jump that the wall clock has kept for an hour', () => {
  wall += YEAR;
  pass(HOUR - MINUTE);
  expect(clock.now()).toEqual(at(NOW + HOUR - MINUTE));
  pass(5 * MINUTE);
  expect(clock.now()).toEqual(at(NOW + YEAR + HOUR + 4 * MINUTE));
});

it('follows, of several jumps, only as far as the clock has been all of the hour', () => {
  wall += 24 * HOUR;
  pass(HOUR / 2);
  wall += YEAR;
  pass(HOUR / 2 + MINUTE);
  expect(clock.now()).toEqual(at(NOW + 25 * HOUR + MINUTE));
});

it('takes a start for a jump from what was stored last', () => {
  wall = NOW + YEAR;
  clock = open(NOW);
  expect(clock.now()).toEqual(at(NOW));
  pass(HOUR + MINUTE);
  expect(clock.now()).toEqual(at(NOW + YEAR + HOUR + MINUTE));
});

it('begins with the wall clock when what was stored last is ahead of it', () => {
  clock = open(NOW + YEAR);
  expect(clock.now()).toEqual(at(NOW));
});
