import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PutEventsAnswer } from '#shared/events/put-answers.ts';
import { EntryRefusedError } from '#shared/ports/errors.ts';
import { type Door, openDoor, order, refused } from './door.ts';

let door: Door;
beforeEach(async () => {
  door = await openDoor();
});
afterEach(() => door.remove());

describe('a structured event', () => {
  it('is on the bus when it is answered, whole and with what the mesh adds', async () => {
    const event = { ...order, subject: 'order 1', comexampleextra: 7, sampled: true };
    const { status, body } = await door.structured(event);
    expect(status).toBe(200);
    expect(body).toEqual({ id: 'order-1', eventId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const [delivered = expect.fail('nothing was delivered')] = await door.delivered();
    expect(JSON.parse(delivered)).toMatchObject({
      id: body.eventId,
      source: 'com.example.shop',
      'detail-type': 'OrderPlaced.v1',
      detail: {
        ...event,
        time: new Date(door.clock.now()).toISOString(),
        datacontenttype: 'application/json',
        dataschema: 'https://example.com/OrderPlaced.v1.json',
        correlationid: 'order-1',
        traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      },
    });
  });

  it('keeps what its producer said of it', async () => {
    const said = {
      time: '2020-02-03T04:05:06.789+01:00',
      datacontenttype: 'application/vnd.example+json',
      dataschema: 'https://example.com/mine.json',
      correlationid: 'chain',
      causationid: 'before',
      traceparent: '00-11111111111111111111111111111111-2222222222222222-01',
    };
    await door.structured({ ...order, ...said });
    const [delivered = ''] = await door.delivered();
    expect(JSON.parse(delivered).detail).toEqual({ ...order, ...said });
  });

  it('joins the trace of the request', async () => {
    const traceparent = '00-11111111111111111111111111111111-2222222222222222-01';
    await door.post(JSON.stringify(order), {
      'content-type': 'application/cloudevents+json; charset=UTF-8',
      traceparent,
    });
    const [delivered = ''] = await door.delivered();
    expect(JSON.parse(delivered).detail.traceparent).toMatch(/^00-1{32}-(?!2{16})[0-9a-f]{16}-01$/);
  });

  it('keeps numbers to the last digit', async () => {
    const text = JSON.stringify({ ...order, type: 'Other' }).replace('"count":2', '"count":12345678901234567890.5');
    expect((await door.structured(text)).status).toBe(200);
    expect((await door.delivered())[0]).toContain('"count":12345678901234567890.5}');
  });

  it('takes null for an attribute that is not there, and bytes as Base64', async () => {
    const { data: _, ...event } = { ...order, type: 'Picture', subject: null, data_base64: 'AP8=' };
    expect((await door.structured(event)).status).toBe(200);
    const [delivered = ''] = await door.delivered();
    const { detail } = JSON.parse(delivered);
    expect(detail).toMatchObject({ data_base64: 'AP8=' });
    expect(detail).not.toHaveProperty('subject');
    expect(detail).not.toHaveProperty('datacontenttype');
  });

  const { id, source, type, specversion, ...rest } = order;
  it.each<[what: string, event: unknown, status: number, code: string, message: string]>([
    ['no object', [], 400, 'INVALID_EVENT', 'JSON object'],
    ['null', null, 400, 'INVALID_EVENT', 'JSON object'],
    ['not JSON', '{', 400, 'INVALID_BODY', 'JSON'],
    ['too deep', '['.repeat(300), 400, 'INVALID_BODY', '256'],
    ['no specversion', { id, source, type, ...rest }, 400, 'SPECVERSION_UNSUPPORTED', 'missing'],
    ['version 0.3', { ...order, specversion: '0.3' }, 400, 'SPECVERSION_UNSUPPORTED', '1.0'],
    ['no id', { specversion, source, type }, 400, 'ATTRIBUTE_MISSING', 'has id'],
    ['no source', { specversion, id, type }, 400, 'ATTRIBUTE_MISSING', 'has source'],
    ['no type', { specversion, id, source }, 400, 'ATTRIBUTE_MISSING', 'has type'],
    ['an empty id', { ...order, id: '' }, 400, 'ATTRIBUTE_VALUE', 'id '],
    ['an id that is a number', { ...order, id: 1 }, 400, 'ATTRIBUTE_VALUE', 'id '],
    ['a long type', { ...order, type: 'x'.repeat(129) }, 400, 'ATTRIBUTE_VALUE', '1 to 128'],
    ['a long source', { ...order, source: 'x'.repeat(257) }, 400, 'ATTRIBUTE_VALUE', '1 to 256'],
    ['a source with a space', { ...order, source: 'my shop' }, 400, 'ATTRIBUTE_VALUE', 'white space'],
    ['a control character', { ...order, subject: 'a\u0007' }, 400, 'ATTRIBUTE_VALUE', 'subject'],
    ['half a character', { ...order, subject: '\ud83d' }, 400, 'ATTRIBUTE_VALUE', 'subject'],
    ['an attribute of 33 bits', { ...order, big: 2 ** 31 }, 400, 'ATTRIBUTE_VALUE', 'big'],
    ['an attribute that is an object', { ...order, extra: {} }, 400, 'ATTRIBUTE_VALUE', 'extra'],
    ['capitals in a name', { ...order, correlationId: 'x' }, 400, 'ATTRIBUTE_NAME', 'correlationId'],
    ['a hyphen in a name', { ...order, 'my-own': 'x' }, 400, 'ATTRIBUTE_NAME', 'my-own'],
    ['a name of the mesh', { ...order, detailref: 's3://x' }, 400, 'ATTRIBUTE_RESERVED', 'detailref'],
    ['another', { ...order, datapartial: true }, 400, 'ATTRIBUTE_RESERVED', 'datapartial'],
    ['no time', { ...order, time: 'yesterday' }, 400, 'ATTRIBUTE_VALUE', 'RFC 3339'],
    ['a month 13', { ...order, time: '2026-13-01T00:00:00Z' }, 400, 'ATTRIBUTE_VALUE', 'RFC 3339'],
    ['data twice', { ...order, data_base64: '' }, 400, 'INVALID_DATA', 'both'],
    ['no Base64', { specversion, id, source, type, data_base64: 'a$==' }, 400, 'INVALID_DATA', 'Base64'],
    ["an agent's source", { ...order, source: 'starling.agents.echo' }, 403, 'SOURCE_RESERVED', 'your own'],
    ["the mesh's source in capitals", { ...order, source: 'STARLING.tasks' }, 403, 'SOURCE_RESERVED', ''],
    ["the mesh's name", { ...order, source: 'starling' }, 403, 'SOURCE_RESERVED', ''],
    ["Amazon's source", { ...order, source: 'aws.s3' }, 403, 'SOURCE_RESERVED', ''],
  ])('is refused with %s', async (_, event, status, code, message) => {
    expect(await door.structured(event)).toEqual(refused(status, code, message));
    expect(await door.delivered()).toEqual([]);
  });

  it('is refused when it is no UTF-8', async () => {
    const body = Buffer.from(JSON.stringify({ ...order, subject: '\u00ff' }), 'latin1');
    const answer = await door.post(body, { 'content-type': 'application/cloudevents+json' });
    expect(answer).toEqual(refused(400, 'INVALID_BODY', 'UTF-8'));
  });

  it.each(['starlings.example', 'my.starling.shop', 'https://example.com/shop?a=b', 'urn:x:y', '/sensors/1'])(
    'may be of the source %s',
    async (source) => expect((await door.structured({ ...order, source })).status).toBe(200),
  );
});

it.each(['application/json', 'application/cloudevents+avro', 'application/cloudevents-batch', 'text/plain'])(
  'what is no CloudEvent is refused with what to send: %s',
  async (type) => {
    expect(await door.post('{}', { 'content-type': type })).toEqual(refused(415, 'UNSUPPORTED_MEDIA_TYPE', /[Ss]end/));
  },
);

it('what is compressed is refused with what to send', async () => {
  const headers = { 'content-type': 'application/cloudevents+json', 'content-encoding': 'gzip' };
  const answer = await door.post(gzipSync(JSON.stringify(order)), headers);
  expect(answer).toEqual(refused(415, 'UNSUPPORTED_MEDIA_TYPE', 'gzip'));
});

describe('a batch', () => {
  it('is answered event by event, in its order', async () => {
    const { status, body } = await door.batch([
      order,
      { ...order, id: 'forged', source: 'starling.tasks' },
      { ...order, id: 'bad', data: { count: 0 } },
      { id: 'old', specversion: '0.3' },
      7,
      { ...order, id: 'last' },
    ]);
    expect(status).toBe(200);
    expect(body).toEqual({
      failed: 3,
      events: [
        { id: 'order-1', eventId: expect.any(String) },
        { id: 'forged', error: { code: 'SOURCE_RESERVED', message: expect.any(String) } },
        { id: 'bad', eventId: expect.any(String), quarantined: 'data/count must be >= 1' },
        { id: 'old', error: { code: 'SPECVERSION_UNSUPPORTED', message: expect.any(String) } },
        { error: { code: 'INVALID_EVENT', message: expect.any(String) } },
        { id: 'last', eventId: expect.any(String) },
      ],
    } satisfies PutEventsAnswer);
    const delivered = (await door.delivered()).map((text) => JSON.parse(text));
    expect(delivered.map(({ detail }) => detail.id).sort()).toEqual(['last', 'order-1']);
    const eventIds = (body as unknown as PutEventsAnswer).events.flatMap((event) =>
      'eventId' in event ? [event] : [],
    );
    for (const { id, detail } of delivered) expect(eventIds).toContainEqual({ id: detail.id, eventId: id });
  });

  it('may be empty, and has at most 100 events', async () => {
    expect(await door.batch([])).toEqual({ status: 200, body: { failed: 0, events: [] } });
    const many = Array.from({ length: 101 }, () => order);
    expect(await door.batch(many)).toEqual(refused(413, 'BATCH_TOO_LARGE', '100'));
    expect(await door.delivered()).toEqual([]);
    expect((await door.batch(many.slice(1))).body).toMatchObject({ failed: 0 });
    expect(await door.delivered()).toHaveLength(100);
  });

  it('is an array', async () => {
    expect(await door.batch(order)).toEqual(refused(400, 'INVALID_BODY', 'array'));
  });
});

it('an event against its schema gets its id, is quarantined and counted, and is not delivered', async () => {
  const { status, body } = await door.structured({ ...order, data: { count: 0 } });
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { id: 'order-1', quarantined: 'data/count must be >= 1' },
  });
  expect(await door.delivered()).toEqual([]);
  expect(door.counted).toEqual(['starling_quarantined_total gateway']);
  const { events } = await door.quarantine.list({ limit: 10 });
  expect(events).toMatchObject([{ reason: 'data/count must be >= 1' }]);
  expect(JSON.parse(events[0]?.event ?? '')).toMatchObject({ id: body.eventId, detail: { id: 'order-1' } });
  // Without data it does not fit either.
  const { data: _, ...empty } = order;
  expect((await door.structured(empty)).body).toHaveProperty('quarantined');
});

it.each<[what: string, bus: () => Promise<never>, status: number, code: string]>([
  ['throws', () => Promise.reject(new Error('the secret detail')), 503, 'UNAVAILABLE'],
])('a bus that %s is not shown, and the producer is told to come again', async (_, put, status, code) => {
  const broken = await openDoor({ bus: { put } });
  expect(await broken.structured(order)).toEqual(refused(status, code, 'again'));
  expect((await broken.batch([order, { ...order, data: {} }])).body).toMatchObject({
    failed: 1,
    events: [{ id: 'order-1', error: { code } }, { quarantined: expect.any(String) }],
  });
  expect(broken.errors).toHaveLength(2);
  await broken.remove();
});

it('an entry that the bus refuses is told apart', async () => {
  const choosy = await openDoor({
    bus: {
      put: async (entries) =>
        entries.map((_, i) => (i === 0 ? { error: new EntryRefusedError('it is ugly') } : { eventId: 'x' })),
    },
  });
  expect(await choosy.structured(order)).toEqual(refused(400, 'ENTRY_REFUSED', 'ugly'));
  expect((await choosy.batch([order, order])).body).toMatchObject({ failed: 1, events: [{}, { eventId: 'x' }] });
  await choosy.remove();
});
