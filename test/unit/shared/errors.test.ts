import { describe, expect, it } from 'vitest';
import { messageOf, readable } from '#shared/errors.ts';
import { isStoreUnavailable, StoreUnavailableError } from '#shared/ports/errors.ts';
import { thrownValues } from '#test/fixtures/functions/thrown-values.ts';

describe.each(Object.entries(thrownValues))('%s', (_name, make) => {
  it('has a text and is no refusal of the store', () => {
    expect(messageOf(make())).toEqual(expect.any(String));
    expect(isStoreUnavailable(make())).toBe(false);
  });
});

it('gives a value that code can look at back as it is', () => {
  for (const value of [new TypeError('x'), 'text', 5, { code: 5 }, null, undefined])
    expect(readable(value)).toBe(value);
  expect(isStoreUnavailable(new AggregateError([new StoreUnavailableError('full')]))).toBe(true);
});
