import { describe, expect, it } from 'vitest';
import { type Fields, named, opaque } from '#services/gateway/a2a/dialects/fields.ts';

const fields: Fields = { messageId: opaque, metadata: opaque, role: ['A', 'B'], parts: { mediaType: opaque } };

describe('the fields of a message', () => {
  it.each<[string, unknown, unknown]>([
    ['the names of a2a.proto', { message_id: '1' }, { messageId: '1' }],
    ['both names', { message_id: '1', messageId: '2' }, { messageId: '2' }],
    ['numbers of an enumeration', { role: 1 }, { role: 'B' }],
    ['numbers beyond it', { role: 7 }, { role: 7 }],
    ['lists', { parts: [{ media_type: 'x' }, 7, null] }, { parts: [{ mediaType: 'x' }, 7, null] }],
    ["the client's own names", { metadata: { a_b: { c_d: 1 } }, x_y: 1 }, { metadata: { a_b: { c_d: 1 } }, x_y: 1 }],
  ])('read %s', (_what, value, expected) => {
    expect(named(value, fields)).toEqual(expected);
  });

  it.each(['{"__proto__":{"message_id":1}}', '{"constructor":1,"to_string":2}'])('leave %s alone', (json) => {
    const value = JSON.parse(json);
    expect(named(value, fields)).toBe(value);
  });

  it.each([7, null, 'x', { messageId: '1', parts: [{ mediaType: 'x' }] }])(
    'give %j itself when nothing changes',
    (value) => {
      expect(named(value, fields)).toBe(value);
    },
  );
});
