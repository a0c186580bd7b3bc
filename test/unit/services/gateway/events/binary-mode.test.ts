import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Door, openDoor, refused } from './door.ts';

let door: Door;
beforeEach(async () => {
  door = await openDoor();
});
afterEach(() => door.remove());

describe('an event in binary mode', () => {
  const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': 'com.example.shop', 'ce-type': 'Other' };
  const json = { ...headers, 'content-type': 'application/json' };

  it('has its attributes in headers and its data as the body', async () => {
    const answer = await door.post('{"count": 3}', {
      ...json,
      'ce-subject': 'Gr%C3%BC%C3%9Fe',
      'ce-extra': '"a \\"b\\""',
    });
    expect(answer).toMatchObject({ status: 200, body: { id: '1' } });
    const [delivered = ''] = await door.delivered();
    expect(JSON.parse(delivered).detail).toMatchObject({
      ...{ specversion: '1.0', id: '1', source: 'com.example.shop', type: 'Other' },
      ...{ subject: 'Grüße', extra: 'a "b"', datacontenttype: 'application/json', data: { count: 3 } },
    });
  });

  it('may be text, or have no data', async () => {
    await door.post('<a/>', { ...headers, 'content-type': 'text/xml; charset=utf-8' });
    await door.post(null, headers);
    const details = (await door.delivered()).map((body) => JSON.parse(body).detail);
    expect(details[0]).toMatchObject({ data: '<a/>', datacontenttype: 'text/xml; charset=utf-8' });
    expect(details[1]).not.toHaveProperty('data');
  });

  it.each<[what: string, body: string | Buffer | null, headers: Record<string, string>, status: number, code: string]>([
    ['bytes', Buffer.from([0, 255]), { ...headers, 'content-type': 'image/png' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'another charset',
      'x',
      { ...headers, 'content-type': 'text/plain; charset=latin1' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['data that is not JSON', '{', json, 400, 'INVALID_BODY'],
    ['no id', '{}', { 'ce-specversion': '1.0', 'content-type': 'application/json' }, 400, 'ATTRIBUTE_MISSING'],
    ['a header for the data', '{}', { ...json, 'ce-data': 'x' }, 400, 'ATTRIBUTE_NAME'],
    ['a header for its type', '{}', { ...json, 'ce-datacontenttype': 'x' }, 400, 'ATTRIBUTE_NAME'],
    ['a hyphen in a name', '{}', { ...json, 'ce-my-own': 'x' }, 400, 'ATTRIBUTE_NAME'],
    ['a bare percent sign', '{}', { ...json, 'ce-subject': '100%' }, 400, 'ATTRIBUTE_VALUE'],
    ['a control character', '{}', { ...json, 'ce-subject': '%00' }, 400, 'ATTRIBUTE_VALUE'],
    ["an agent's source", '{}', { ...json, 'ce-source': '%73tarling.agents.echo' }, 403, 'SOURCE_RESERVED'],
  ])('is refused with %s', async (_, body, sent, status, code) => {
    expect(await door.post(body, sent)).toEqual(refused(status, code));
    expect(await door.delivered()).toEqual([]);
  });
});
