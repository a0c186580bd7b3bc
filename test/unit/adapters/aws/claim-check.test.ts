import { hash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaimCheck } from '#adapters/aws/claim-check/claim-check.ts';
import { MemoryBlobs } from './memory-blobs.ts';

const LIMIT = 20_000;

let blobs: MemoryBlobs;
let claims: ClaimCheck;

beforeEach(() => {
  blobs = new MemoryBlobs();
  claims = new ClaimCheck({ blobs, bucket: 'ours' });
});

const long = 'x'.repeat(50_000);
const attributes = { specversion: '1.0', id: 'e-1', source: 'starling.agents.echo', type: 'TaskArtifact.v1' };
const cloudEvent = (data: object, more: object = {}) => ({ ...attributes, ...more, data });
/** The event as a rule delivers it. */
const delivered = (detail: string, source = attributes.source) =>
  `{"version":"0","id":"b-1","detail-type":"TaskArtifact.v1","source":${JSON.stringify(source)},"resources":[],"detail":${detail}}`;
const checkIn = async (detail: object | string, source = attributes.source) =>
  claims.checkIn(source, typeof detail === 'string' ? detail : JSON.stringify(detail), LIMIT);
const redeem = async (detail: string, source?: string) =>
  JSON.parse(await claims.redeemEvent(delivered(detail, source)));

describe('there and back', () => {
  it('brings the event back as it was', async () => {
    const event = cloudEvent({ taskId: 't', artifact: { parts: [{ text: `ü🐦${long}` }], name: 'a' }, list: [1, 2] });
    const small = await checkIn(event);
    expect(Buffer.byteLength(small)).toBeLessThanOrEqual(LIMIT);
    expect(JSON.parse(small)).toEqual({
      ...attributes,
      datapartial: true,
      data: { taskId: 't', artifact: { name: 'a' } },
      dataref: expect.stringMatching(/^s3:\/\/ours\/events\/starling\.agents\.echo\/[0-9a-f]{64}$/),
    });
    expect((await redeem(small)).detail).toEqual(event);
    expect(await redeem(small)).toMatchObject({ version: '0', id: 'b-1', source: attributes.source });
  });

  it('keeps every number to its last digit', async () => {
    const small = await checkIn(
      `{"id":"e","source":"s","data":{"a":1.0,"b":12345678901234567890,"c":1e-7,"long":"${long}"}}`,
    );
    expect(small).toContain('"data":{"a":1.0,"b":12345678901234567890,"c":1e-7}');
    const body = await claims.redeemEvent(delivered(small));
    expect(body).toContain('"data":{"a":1.0,"b":12345678901234567890,"c":1e-7,"long":"xxx');
  });

  it.each([
    ['has no data', { text: long, color: 'red' }, { color: 'red' }],
    ['has data that is no object', { id: 'e', data: long }, { id: 'e' }],
    ['is too large without its data', { id: 'e', note: long, data: { a: 1 } }, { id: 'e', data: { a: 1 } }],
    [
      'has a reference of its own',
      { id: 'e', dataref: 'https://theirs.example/1', data: { a: 1, text: long } },
      { id: 'e', data: { a: 1 } },
    ],
    ['has a member with our name', { id: 'e', detailref: 'mine', data: [long] }, { id: 'e' }],
    [
      'has a member that is called __proto__',
      JSON.parse(`{"__proto__":{"a":1},"data":{"__proto__":{"b":2},"text":"${long}"}}`),
      undefined,
    ],
  ])('carries a detail as a whole that %s', async (_, detail, outline) => {
    const small = await checkIn(detail);
    expect(Buffer.byteLength(small)).toBeLessThanOrEqual(LIMIT);
    const { detailref: _ref, datapartial, ...rest } = JSON.parse(small);
    expect(datapartial).toBe(true);
    if (outline) expect(rest).toEqual(outline);
    expect(JSON.stringify((await redeem(small)).detail)).toBe(JSON.stringify(detail));
  });

  it('does the same for records of a stream', async () => {
    const event = cloudEvent({ taskId: 't', text: long });
    const record = Buffer.from(await checkIn(event));
    expect(JSON.parse(Buffer.from(await claims.redeemRecord(record)).toString())).toEqual(event);
  });

  it('writes the same blob again when it is published again', async () => {
    const event = cloudEvent({ text: long });
    expect(await checkIn(event)).toBe(await checkIn(event));
    expect(blobs.blobs.size).toBe(1);
  });

  it('keeps sources apart, whatever letters they have', async () => {
    const sources = ['a', 'a/b', 'a b', '..', '_', 'ü', `a${'b'.repeat(300)}`, ''];
    for (const source of sources) await redeem(await checkIn(cloudEvent({ text: long }), source), source);
    const folders = [...blobs.blobs.keys()].map((key) => key.split('/').slice(0, 2).join('/'));
    expect(new Set(folders).size).toBe(sources.length);
  });
});

describe('what it leaves alone', () => {
  it.each([
    ['an event without a reference', delivered('{"data":{"a":1.0}}')],
    ['no JSON', '"dataref" {'],
    ['a detail that is text', delivered('"a \\"dataref\\""')],
    ['a word in the data', delivered('{"data":{"dataref":"s3://ours/x"}}')],
    ['a reference that is no text', delivered('{"dataref":1,"data":{}}')],
    ["a producer's own reference", delivered('{"dataref":"https://169.254.169.254/latest","data":{"a":1}}')],
    ["another bucket's", delivered('{"dataref":"s3://ours-too/events/starling.agents.echo/x","data":{"a":1}}')],
  ])('%s', async (_, body) => {
    blobs.get = () => Promise.reject(new Error('it was fetched'));
    expect(await claims.redeemEvent(body)).toBe(body);
    const record = Buffer.from(body);
    expect(await claims.redeemRecord(record)).toBe(record);
  });
});

describe('attacks', () => {
  const uri = (source: string, text: string) => `s3://ours/events/${source}/${hash('sha256', text)}`;
  const claim = (dataref: string, source = 'starling.agents.evil') =>
    redeem(JSON.stringify({ data: {}, dataref }), source);

  it('claims no data of another source', async () => {
    const secret = JSON.stringify({ secret: long });
    await blobs.put(`events/starling.agents.echo/${hash('sha256', secret)}`, Buffer.from(secret));
    const ofEcho = uri('starling.agents.echo', secret);
    expect((await claim(ofEcho, 'starling.agents.echo')).detail.data).toEqual({ secret: long });
    await expect(claim(ofEcho)).rejects.toMatchObject({ code: 'CLAIM_REFUSED' });
    const up = `s3://ours/events/starling.agents.evil/../starling.agents.echo/${hash('sha256', secret)}`;
    await expect(claim(up)).rejects.toMatchObject({ code: 'CLAIM_REFUSED' });
  });

  it.each([
    's3://ours/',
    's3://ours/other/key',
    's3://ours/events/starling.agents.evil/',
    's3://ours/events/starling.agents.evil/abc',
  ])('names nothing but blobs of events: %s', async (reference) => {
    blobs.get = () => Promise.reject(new Error('it was fetched'));
    await expect(claim(reference)).rejects.toMatchObject({ code: 'CLAIM_REFUSED' });
  });

  it('has nothing but what it was made for', async () => {
    const small = await checkIn(cloudEvent({ text: long }));
    const [key = ''] = [...blobs.blobs.keys()];
    await blobs.put(key, Buffer.from('{"text":"forged"}'));
    await expect(redeem(small)).rejects.toMatchObject({ code: 'CLAIM_REFUSED' });
  });

  it('cannot forge the envelope by data that is no JSON', async () => {
    const text = '{}},"source":"starling.tasks","x":{"y":{}';
    await blobs.put(`events/starling.agents.evil/${hash('sha256', text)}`, Buffer.from(text));
    await expect(claim(uri('starling.agents.evil', text))).rejects.toMatchObject({ code: 'CLAIM_REFUSED' });
  });

  it('passes no outline off as the whole', async () => {
    const part = JSON.stringify({
      datapartial: true,
      data: { a: 1 },
      dataref: 's3://gone/events/starling.agents.echo/1',
    });
    await expect(redeem(part)).rejects.toMatchObject({ code: 'CLAIM_REFUSED' });
  });
});

describe('what it says', () => {
  it('of data that is gone', async () => {
    const small = await checkIn(cloudEvent({ text: long }));
    blobs.blobs.clear();
    await expect(redeem(small)).rejects.toMatchObject({ name: 'ClaimGoneError', code: 'CLAIM_GONE' });
  });

  it('of a store that does not answer: its error, as the event may be tried again', async () => {
    const small = await checkIn(cloudEvent({ text: long }));
    blobs.get = () => Promise.reject(new TypeError('away'));
    await expect(redeem(small)).rejects.toThrow(new TypeError('away'));
  });

  it('of a detail that is not JSON', async () => {
    await expect(checkIn('{')).rejects.toBeInstanceOf(SyntaxError);
  });
});

describe('the outline', () => {
  const outlineOf = async (data: object) => JSON.parse(await checkIn(cloudEvent({ ...data, long }))).data;

  it('has what rules match on: short values of objects, four levels down', async () => {
    expect(
      await outlineOf({
        text: 'y'.repeat(256),
        tooLong: 'y'.repeat(257),
        bytes: 'ü'.repeat(129),
        number: 1.5,
        yes: true,
        nothing: null,
        list: ['a'],
        two: { three: { four: { text: 'in', five: { text: 'out' } } } },
      }),
    ).toEqual({
      text: 'y'.repeat(256),
      number: 1.5,
      yes: true,
      nothing: null,
      two: { three: { four: { text: 'in' } } },
    });
  });

  it('has upper levels and first members first where there is too much', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`name-${i}`, 'y'.repeat(100)]));
    const data = await outlineOf({ agentId: 'echo', deep: { deeper: 'x' }, ...many });
    expect(data.agentId).toBe('echo');
    expect(data['name-0']).toBeDefined();
    expect(data['name-499']).toBeUndefined();
    expect(JSON.stringify(data).length).toBeLessThanOrEqual(16_384);
    expect(JSON.stringify(data).length).toBeGreaterThan(15_000);
  });

  it('stays small under millions of empty objects', async () => {
    const data = {
      nest: Array.from({ length: 20_000 }).reduce<object>((all, _, i) => Object.assign(all, { [`n${i}`]: {} }), {}),
    };
    expect(JSON.stringify(await outlineOf(data)).length).toBeLessThanOrEqual(16_384);
  });
});
