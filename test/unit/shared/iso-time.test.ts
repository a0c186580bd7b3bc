import { describe, expect, it } from 'vitest';
import { isoTime } from '#shared/iso-time.ts';

describe('isoTime', () => {
  it('is RFC 3339 in UTC with milliseconds, whatever was asked before', () => {
    for (const time of [0, 0, 1, 1_700_000_000_123, 0, -1, 1_700_000_000_123, 1_700_000_000_123]) {
      expect(isoTime(time)).toBe(new Date(time).toISOString());
    }
  });

  it('throws on what is no time, each time', () => {
    for (let again = 0; again < 2; again++) expect(() => isoTime(Number.NaN)).toThrow(RangeError);
  });
});
