import { describe, expect, it } from 'vitest';
import { isAgentId, uuidv7 } from '#shared/ids.ts';

/** Behind every time that another test of this file used: ids of one process never go back. */
let time = Date.UTC(2100, 0, 1);
const later = () => {
  time += 1_000_000;
  return time;
};
const millisecondsOf = (id: string) => Number.parseInt(id.replace('-', '').slice(0, 12), 16);

describe('uuidv7', () => {
  it('has the form of RFC 9562 and begins with the time', () => {
    const now = later();
    const id = uuidv7(now);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(millisecondsOf(id)).toBe(now);
  });

  it('sorts in the order in which it was made, also within a millisecond', () => {
    const now = later();
    const ids = Array.from({ length: 20_000 }, (_, i) => uuidv7(now + Math.floor(i / 7_000)));
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('keeps the order when the clock steps back', () => {
    const now = later();
    const ids = [now, now - 1, now - 100_000, now, now + 1, now - 5, now + 2].map(uuidv7);
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('runs ahead of the clock when a millisecond has more ids than its counter, and falls in with it again', () => {
    const now = later();
    const ids = Array.from({ length: 5_000 }, () => uuidv7(now));
    expect(millisecondsOf(ids.at(-1) ?? '')).toBe(now + 1);
    expect(millisecondsOf(uuidv7(now + 10))).toBe(now + 10);
  });

  it('differs in its last 62 bits', () => {
    const now = later();
    const tails = Array.from({ length: 2_000 }, () => uuidv7(now).slice(19));
    expect(new Set(tails).size).toBe(tails.length);
    // Every digit of the random part takes every value.
    const digits = [1, 2, 3, ...Array.from({ length: 12 }, (_, i) => i + 5)];
    for (const at of digits) expect(new Set(tails.map((tail) => tail[at])).size).toBe(16);
  });
});

describe('isAgentId', () => {
  it.each(['a', 'echo', 'agent-2', `a${'b'.repeat(63)}`])('takes %s', (id) => expect(isAgentId(id)).toBe(true));
  it.each(['', 'Echo', '2a', '-a', 'a_b', 'a.b', 'a/b', 'a b', 'é', 'a\n', `a${'b'.repeat(64)}`])('refuses %j', (id) =>
    expect(isAgentId(id)).toBe(false),
  );
});
