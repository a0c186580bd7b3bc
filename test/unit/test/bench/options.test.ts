import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '#shared/errors.ts';
import { readOptions, sections } from '#test/bench/options.ts';

describe('readOptions', () => {
  it('measures everything when nothing is asked for', () => {
    expect([...readOptions([]).only]).toEqual([...sections]);
  });

  it('measures the sections that are asked for', () => {
    expect([...readOptions(['--only', 'starts, calls']).only]).toEqual(['starts', 'calls']);
  });

  it.each([
    [['--only', 'everything'], '--only takes calls, throughput, memory, starts, inits, not "everything".'],
    [['--only', ''], '--only takes calls'],
    [['--rounds', '0'], '--rounds is "0", but takes a whole number from 1.'],
    [['--seconds', '1.5'], '--seconds is "1.5"'],
    [['--fast'], 'See npm run bench -- --help.'],
  ])('refuses %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(ConfigurationError);
    expect(() => readOptions(args)).toThrow(message);
  });
});
