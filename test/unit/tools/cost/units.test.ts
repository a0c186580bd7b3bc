import { describe, expect, it } from 'vitest';
import {
  chunks,
  eventSize,
  type Item,
  indexWriteUnits,
  itemSize,
  kilobytes,
  readUnits,
  writeUnits,
} from '#tools/cost/units.ts';

const text = (length: number) => ({ S: 'x'.repeat(length) });
/** An item of so many bytes: two of them are the attribute's name. */
const sized = (bytes: number): Item => ({ pk: text(bytes - 2) });

describe('the size of an item', () => {
  it.each<[string, Item, number]>([
    ['names and strings by their bytes in UTF-8', { né: { S: 'é' } }, 3 + 2],
    ['a number by its significant digits', { n: { N: '12345' } }, 1 + 3 + 1],
    ['zeros around a number do not count', { n: { N: '-00120000' } }, 1 + 1 + 1],
    ['binary by its bytes, not as Base64', { b: { B: Buffer.from('four').toString('base64') } }, 1 + 4],
    ['booleans and null by one', { a: { BOOL: true }, b: { NULL: true } }, 4],
    ['a map by three and one for each member', { m: { M: { ab: { S: 'cd' } } } }, 1 + 3 + 4 + 1],
    ['a list by three and one for each element', { l: { L: [{ S: 'ab' }, { S: 'c' }] } }, 1 + 3 + 3 + 2],
    ['sets by their elements', { s: { SS: ['ab', 'c'] }, n: { NS: ['1'] } }, 1 + 3 + 1 + 2],
  ])('counts %s', (_, item, size) => {
    expect(itemSize(item)).toBe(size);
  });
});

describe('units of a write', () => {
  it('are a KB begun of the larger of before and after', () => {
    expect(writeUnits(undefined, sized(1024))).toBe(1);
    expect(writeUnits(undefined, sized(1025))).toBe(2);
    expect(writeUnits(sized(3000), sized(100))).toBe(3);
    expect(writeUnits(sized(3000), undefined)).toBe(3);
  });

  it('are one where the condition failed and nothing is there', () => {
    expect(writeUnits(undefined, undefined)).toBe(1);
  });
});

describe('units of a write in an index', () => {
  const index = { keys: ['due', 'at'], attributes: ['pk', 'due', 'at', 'shown'] };
  const open: Item = { pk: { S: 'a' }, due: { S: 'open' }, at: { N: '1' }, shown: { S: 'x' }, state: { S: 'new' } };

  it.each<[string, Item | undefined, Item | undefined, number]>([
    ['an item without the keys is not in it', undefined, { pk: { S: 'a' }, due: { S: 'open' } }, 0],
    ['a new one is one write', undefined, open, 1],
    ['what the index does not hold changes nothing', open, { ...open, state: { S: 'done' } }, 0],
    ['a projected attribute is one write', open, { ...open, shown: { S: 'y' } }, 1],
    ['another key is a delete and a put', open, { ...open, at: { N: '2' } }, 2],
    ['an item that loses its key is one write', open, { pk: { S: 'a' } }, 1],
  ])('%s', (_, before, after, units) => {
    expect(indexWriteUnits(before, after, index)).toBe(units);
  });

  it('go by what the index holds, not by the item', () => {
    expect(indexWriteUnits(undefined, { ...open, large: text(5000) }, index)).toBe(1);
  });
});

describe('other units', () => {
  it('a read is 4 KB begun, half where an older state will do, and at least one', () => {
    expect(readUnits(0, true)).toBe(1);
    expect(readUnits(0, false)).toBe(0.5);
    expect(readUnits(4096, true)).toBe(1);
    expect(readUnits(4097, false)).toBe(1);
  });

  it('an event counts each 64 KB, a record each KB', () => {
    expect([1, 65_536, 65_537].map(chunks)).toEqual([1, 1, 2]);
    expect([1, 1024, 1025].map(kilobytes)).toEqual([1, 1, 2]);
  });

  it('an event is 14 bytes for its time, and its texts', () => {
    expect(eventSize({ Source: 'ab', DetailType: 'c', Detail: 'é', Resources: ['xyz'] })).toBe(8);
    expect(eventSize({ Time: 0, Source: 'ab' })).toBe(16);
  });
});
