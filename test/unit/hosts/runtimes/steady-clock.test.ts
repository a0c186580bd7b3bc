import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { SteadyClock } from '#hosts/runtimes/steady-clock.ts';

const NOW = Date.UTC(2026, 0, 31, 9, 30);
const HOUR = 3_600_000;

let wall: number;
let monotonic: number;
let lines: unknown[];
let clock: SteadyClock;

beforeEach(() => {
  wall = NOW;
  monotonic = 123.456;
  lines = [];
  clock = open(0);
});

function open(notBefore: number): SteadyClock {
  return new SteadyClock({
    wall: { now: () => wall },
    monotonic: () => monotonic,
    notBefore,
    log: {
      warn: (message, fields) => lines.push([message, fields]),
      info: (message) => lines.push([message]),
    },
  });
}

/** Real time goes by, in milliseconds. */
function pass(milliseconds: number): void {
  wall += milliseconds;
  monotonic += milliseconds;
}

const setBack = (seconds: number) => [expect.stringContaining('was set back'), { seconds }];
const caughtUp = [expect.stringContaining('has caught up')];

describe('while the wall clock goes forward', () => {
  it('it is the wall clock', () => {
    expect(clock.now()).toBe(NOW);
    pass(20_000);
    expect(clock.now()).toBe(NOW + 20_000);
    expect(lines).toEqual([]);
  });

  it('it follows a jump at once, as after a sleep of the machine', () => {
    clock.now();
    wall += HOUR;
    expect(clock.now()).toBe(NOW + HOUR);
    expect(lines).toEqual([]);
  });

  it('a wall clock that is a little slower than the monotonic one does not count as set back', () => {
    clock.now();
    for (let i = 0; i < 10_000; i++) {
      wall += 999;
      monotonic += 1_000;
      expect(clock.now()).toBe(wall);
    }
  });
});

describe('a wall clock that is set back', () => {
  it('is not followed: time goes on, at nine tenths of its rate', () => {
    clock.now();
    wall -= HOUR;
    expect(clock.now()).toBe(NOW);
    pass(10_000);
    expect(clock.now()).toBe(NOW + 9_000);
    pass(10_000);
    expect(clock.now()).toBe(NOW + 18_000);
  });

  it('is noticed after a pause too, in which it had gone on beyond the last time that was told', () => {
    clock.now();
    pass(2 * HOUR);
    wall -= HOUR;
    expect(clock.now()).toBe(NOW + 1.8 * HOUR);
  });

  it('is followed again once it has caught up', () => {
    clock.now();
    wall -= 60_000;
    for (let seconds = 0; seconds < 599; seconds++) {
      pass(1_000);
      expect(clock.now()).toBeGreaterThan(wall);
    }
    pass(2_000);
    expect(clock.now()).toBe(wall);
    pass(1_000);
    expect(clock.now()).toBe(wall);
    expect(lines).toEqual([setBack(60), caughtUp]);
  });

  it('is told once, with how far, and again when it is set back further', () => {
    clock.now();
    wall -= HOUR;
    for (let i = 0; i < 100; i++) {
      pass(100);
      clock.now();
    }
    expect(lines).toEqual([setBack(3_600)]);
    wall -= HOUR;
    clock.now();
    expect(lines).toEqual([setBack(3_600), setBack(7_199)]);
  });

  it('by less than a second is not worth a line', () => {
    clock.now();
    wall -= 900;
    pass(1);
    expect(clock.now()).toBe(NOW);
    pass(60_000);
    expect(clock.now()).toBe(wall);
    expect(lines).toEqual([]);
  });
});

describe('a clock that had been further', () => {
  it('begins where it was, and tells so', () => {
    clock = open(NOW + HOUR);
    expect(clock.now()).toBe(NOW + HOUR);
    pass(1_000);
    expect(clock.now()).toBe(NOW + HOUR + 900);
    expect(lines).toEqual([setBack(3_600)]);
  });

  it('is of no account once the wall clock is there', () => {
    clock = open(NOW - 1);
    expect(clock.now()).toBe(NOW);
    expect(lines).toEqual([]);
  });
});

it('never goes back and tells whole milliseconds, whatever the wall clock does', () => {
  const steps = fc.array(
    fc.tuple(fc.integer({ min: -HOUR, max: HOUR }), fc.double({ min: 0, max: 1e6, noNaN: true })),
    {
      minLength: 1,
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(steps, (all) => {
      wall = NOW;
      monotonic = 0;
      const tested = open(0);
      let last = tested.now();
      for (const [step, elapsed] of all) {
        wall += step + Math.floor(elapsed);
        monotonic += elapsed;
        const now = tested.now();
        expect(Number.isInteger(now)).toBe(true);
        expect(now).toBeGreaterThanOrEqual(last);
        expect(now).toBeGreaterThanOrEqual(wall);
        last = now;
      }
    }),
  );
});
