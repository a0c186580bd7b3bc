import { describe, expect, it } from 'vitest';
import { md5OfAttributes, md5OfBody } from '#shared/message-digest.ts';

const text = (name: string, value: string, type = 'String') => ({ name, type, value });

describe('the digest of message attributes', () => {
  // As in the tests of moto, which has them from SQS: https://github.com/getmoto/moto/blob/master/tests/test_sqs/test_sqs.py
  it.each([
    ['a number', [text('timestamp', '1493147359900', 'Number')], '235c5c510d26fb653d073faed50ae77c'],
    ['a label', [text('timestamp', '1493147359900', 'Number.java.lang.Long')], '2e2e4876d8e0bd6b8c2c8f556831c349'],
    ['a label of a text', [text('somevalue', 'somevalue', 'String.custom')], '9e05cca738e70ff6c6041e82d5e77ef1'],
    [
      'all types, by their names in order',
      [
        text('ccc', 'testjunk'),
        text('aaa', 'AgME', 'Binary'),
        text('zzz', '0230.01', 'Number'),
        text('öther_encodings', 'Tüst'),
      ],
      '8ae21a7957029ef04146b42aeaa18a22',
    ],
  ])('is that of SQS for %s', (_what, attributes, digest) => {
    expect(md5OfAttributes(attributes)).toBe(digest);
    expect(md5OfAttributes(attributes.toReversed())).toBe(digest);
  });
});

describe('the digest of a body', () => {
  it('is that of its UTF-8', () => {
    expect(md5OfBody('This is a test message')).toBe('fafb00f5732ab283681e124bf8747ed1');
    expect(md5OfBody('häuser')).not.toBe(md5OfBody('hauser'));
  });
});
