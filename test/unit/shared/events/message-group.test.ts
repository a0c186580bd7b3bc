import { describe, expect, it } from 'vitest';
import { groupReader, isGroupPath } from '#shared/events/message-group.ts';
import { parseJson } from '#shared/exact-json.ts';

const event = {
  id: '1',
  'detail-type': 'Ordered.v1',
  detail: {
    subject: 'order-7',
    data: {
      number: 7,
      paid: false,
      sent: true,
      longest: 'x'.repeat(128),
      umlaut: 'ö',
      none: null,
      list: ['a'],
      0: 'zero',
      spaced: 'a b',
      empty: '',
      long: 'x'.repeat(129),
    },
  },
};

describe('the message group of an event', () => {
  it.each([
    ['detail.subject', 'order-7'],
    ['detail-type', 'Ordered.v1'],
    ['detail.data.number', '7'],
    ['detail.data.paid', 'false'],
    ['detail.data.sent', 'true'],
    ['detail.data.longest', 'x'.repeat(128)],
    ['detail.data.0', 'zero'],
  ])('is what stands at %s', (path, group) => {
    expect(groupReader(path)(event)).toBe(group);
  });

  it('is a number to its last digit, where the bus has it so', () => {
    const order = parseJson('{"detail":{"order":12345678901234567891}}') as object;
    expect(groupReader('detail.order')(order)).toBe('12345678901234567891');
    expect(groupReader('detail.order.text')(order)).toBeUndefined();
  });

  it.each([
    ['a missing field', 'detail.other'],
    ['a field of a missing field', 'detail.other.id'],
    ['a field of a text', 'detail.subject.length'],
    ['an object', 'detail.data'],
    ['a list', 'detail.data.list'],
    ['the length of a list', 'detail.data.list.length'],
    ['an item of a list', 'detail.data.list.0'],
    ['null', 'detail.data.none'],
    ['an empty text', 'detail.data.empty'],
    ['a text with a space', 'detail.data.spaced'],
    ['a text that is too long', 'detail.data.long'],
    ['a text with a letter that is not ASCII', 'detail.data.umlaut'],
    ['what every object has', 'detail.constructor.name'],
    ['the prototype', '__proto__.constructor.name'],
  ])('cannot be told of %s', (_, path) => {
    expect(groupReader(path)(event)).toBeUndefined();
  });
});

it.each([
  ['id', true],
  ['detail.data.order_id-2', true],
  ['a'.repeat(93), true],
  ['a'.repeat(94), false],
  ['', false],
  ['.id', false],
  ['detail..id', false],
  ['detail.', false],
  ['$.detail', false],
  ['detail.ö', false],
  ['detail.a b', false],
  ['detail\n', false],
])('isGroupPath(%j) is %s', (text, is) => {
  expect(isGroupPath(text)).toBe(is);
});
