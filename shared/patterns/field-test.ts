import { InexactNumber } from '#shared/exact-json.ts';
import { addressDigits, inAddressRange } from './address.ts';
import { ignoreCase } from './ignore-case.ts';
import type { Leaf } from './leaf.ts';
import { type AddressRange, comparesNumbers, type Matcher } from './matcher.ts';
import { wildcardTest } from './wildcard.ts';

export type FieldTest = (leaf: Leaf) => boolean;

/**
 * One test for all matchers of a field. They need one test, because matchers affect each other: an address range treats
 * a number differently if another matcher of the field compares numbers.
 */
export function fieldTest(matchers: readonly Matcher[]): FieldTest {
  const exact = new Set<Leaf>();
  const tests: FieldTest[] = [];
  const numeric = matchers.some(comparesNumbers);
  for (const matcher of matchers) {
    if (matcher.kind === 'exact') exact.add(matcher.value);
    else if (matcher.kind !== 'absent') tests.push(matcherTest(matcher, numeric));
  }
  const [test, ...more] = tests;
  const [value] = exact;
  if (test === undefined) return exact.size === 1 ? (leaf) => leaf === value : (leaf) => exact.has(leaf);
  if (exact.size === 0 && more.length === 0) return test;
  return (leaf) => exact.has(leaf) || tests.some((each) => each(leaf));
}

function matcherTest(matcher: Exclude<Matcher, { kind: 'absent' }>, numeric: boolean): FieldTest {
  switch (matcher.kind) {
    case 'exact':
      return (leaf) => leaf === matcher.value;
    case 'inexact-number':
      return (leaf) => leaf instanceof InexactNumber && leaf.digits === matcher.text;
    case 'wildcard':
      return onStrings(wildcardTest(matcher.parts));
    case 'range': {
      const { low, lowOpen, high, highOpen } = matcher;
      return (leaf) =>
        typeof leaf === 'number' && (lowOpen ? leaf > low : leaf >= low) && (highOpen ? leaf < high : leaf <= high);
    }
    case 'address':
      return addressTest(matcher, numeric);
    case 'anything-but': {
      // Ruler matches through the excluded values. Without any of them it never matches.
      if (matcher.excluded.length === 0) return () => false;
      const excluded = fieldTest(matcher.excluded);
      return (leaf) => !excluded(leaf);
    }
    case 'exists':
      return () => true;
    case 'prefix':
      return onStrings(prefixTest(matcher.text));
    case 'suffix':
      return onStrings(suffixTest(matcher.text));
    case 'equals-ignore-case':
      return onStrings(ignoreCase(matcher.text).equals);
    case 'prefix-ignore-case':
      return onStrings(prefixIgnoreCaseTest(matcher.text));
    case 'suffix-ignore-case':
      return onStrings(suffixIgnoreCaseTest(matcher.text));
    default:
      return matcher satisfies never;
  }
}

type StringTest = (value: string) => boolean;

function onStrings(test: StringTest): FieldTest {
  return (leaf) => typeof leaf === 'string' && test(leaf);
}

/*
 * Event Ruler matches strings with their quotes on: "a as prefix of "abc", c" as suffix. So a prefix that itself ends
 * in a quote also reaches the closing one: {"prefix": "abc\""} matches the value abc. A suffix that begins with a quote
 * behaves in the same way.
 */

function prefixTest(text: string): StringTest {
  if (!text.endsWith('"')) return (value) => value.startsWith(text);
  const whole = text.slice(0, -1);
  return (value) => value === whole || value.startsWith(text);
}

function suffixTest(text: string): StringTest {
  if (!text.startsWith('"')) return (value) => value.endsWith(text);
  const whole = text.slice(1);
  return (value) => value === whole || value.endsWith(text);
}

function prefixIgnoreCaseTest(text: string): StringTest {
  const { startsWith } = ignoreCase(text);
  if (!text.endsWith('"')) return startsWith;
  const { equals } = ignoreCase(text.slice(0, -1));
  return (value) => equals(value) || startsWith(value);
}

function suffixIgnoreCaseTest(text: string): StringTest {
  const { endsWith } = ignoreCase(text);
  if (!text.startsWith('"')) return endsWith;
  const { equals } = ignoreCase(text.slice(1));
  return (value) => equals(value) || endsWith(value);
}

function addressTest(range: AddressRange, numeric: boolean): FieldTest {
  return (leaf) => {
    const digits = addressDigitsOf(leaf, numeric);
    return digits !== undefined && inAddressRange(range, digits);
  };
}

/**
 * The digits of a leaf that an address range compares. If no matcher of the field compares numbers, Ruler runs the text
 * of a number through the same automaton: 105 lies in 16.0.0.0/8, which begins with the digits 10.
 */
export function addressDigitsOf(leaf: Leaf, numeric: boolean): string | undefined {
  if (typeof leaf === 'string') return addressDigits(leaf);
  if (leaf instanceof InexactNumber) return leaf.digits;
  return typeof leaf === 'number' && !numeric ? String(leaf) : undefined;
}
