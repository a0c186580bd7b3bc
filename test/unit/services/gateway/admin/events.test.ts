import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSse, type SseMessage } from '#cli/mesh/sse.ts';
import type { AdminErrorBody } from '#shared/admin/schemas.ts';
import { EventArchiveOffError } from '#shared/ports/errors.ts';
import { type Mesh, openMesh } from './mesh.ts';

let mesh: Mesh;
beforeEach(() => {
  mesh = openMesh();
});
afterEach(async () => {
  mesh.draining.abort();
  await mesh.close();
});

const entry = (source: string, number = 0) => ({ source, detailType: 'Test', detail: { number } });

/** A stream that has begun, and what it gives. */
async function open(query = '', headers: Record<string, string> = {}) {
  const response = await mesh.routes.request(`/events${query}`, { headers });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const messages = readSse(response.body ?? expect.fail('no body'))[Symbol.asyncIterator]();
  return {
    position: response.headers.get('starling-position'),
    body: response.body,
    async next(): Promise<{ id: string; source: string; number: number } | undefined> {
      const { done, value } = (await messages.next()) as IteratorResult<SseMessage, undefined>;
      if (done) return undefined;
      const { source, detail } = JSON.parse(value.data);
      return { id: value.id, source, number: detail.number };
    },
    close: () => messages.return?.(),
  };
}

describe('GET /admin/events', () => {
  it('gives events from now on, and tells where that is', async () => {
    await mesh.archive.put([entry('before')]);
    const stream = await open();
    expect(stream.position).toBe('1');
    await mesh.archive.put([entry('after', 1), entry('after', 2)]);
    expect(await stream.next()).toEqual({ id: '2', source: 'after', number: 1 });
    expect(await stream.next()).toEqual({ id: '3', source: 'after', number: 2 });
  });

  it('gives events after a position, and after the last one that a client got before all', async () => {
    await mesh.archive.put([1, 2, 3].map((number) => entry('a', number)));
    expect(await (await open('?after=0')).next()).toMatchObject({ id: '1' });
    expect(await (await open('?after=1')).next()).toMatchObject({ id: '2' });
    expect(await (await open('?after=0', { 'Last-Event-ID': '2' })).next()).toMatchObject({ id: '3' });
  });

  it('ends after the newest event with follow=false', async () => {
    await mesh.archive.put([1, 2, 3].map((number) => entry(number === 3 ? 'b' : 'a', number)));
    const all = await open('?after=1&follow=false');
    expect(await all.next()).toMatchObject({ id: '2' });
    expect(await all.next()).toMatchObject({ id: '3' });
    expect(await all.next()).toBeUndefined();
    // The newest event does not match.
    const pattern = encodeURIComponent('{"source": ["a"]}');
    const some = await open(`?after=1&follow=false&pattern=${pattern}`);
    expect(await some.next()).toMatchObject({ id: '2' });
    expect(await some.next()).toBeUndefined();
    const none = await open('?follow=false');
    expect(none.position).toBe('3');
    expect(await none.next()).toBeUndefined();
    expect((await mesh.get('/events?follow=no')).status).toBe(400);
  });

  it('says how to switch it on where a deployment keeps no events', async () => {
    mesh.archive.newest = async () => {
      throw new EventArchiveOffError('log group /starling/dev/events');
    };
    const { status, body } = await mesh.get<AdminErrorBody>('/events');
    expect(status).toBe(404);
    expect(body.error.code).toBe('EVENT_ARCHIVE_OFF');
    expect(body.error.message).toContain('eventLog');
  });

  it('begins at now where the position is of another archive', async () => {
    await mesh.archive.put([entry('a')]);
    const stream = await open('', { 'Last-Event-ID': '5000' });
    expect(stream.position).toBe('1');
    await mesh.archive.put([entry('b')]);
    expect(await stream.next()).toMatchObject({ id: '2' });
  });

  it('gives only events that match the pattern', async () => {
    const pattern = encodeURIComponent('{"source": [{"prefix": "a."}], "detail": {"number": [{"numeric": [">", 1]}]}}');
    const entries = Array.from({ length: 1000 }, (_, number) =>
      entry(number % 2 === 0 ? 'a.x' : 'b', number < 900 ? 0 : number),
    );
    await mesh.archive.put(entries);
    const stream = await open(`?after=0&pattern=${pattern}`);
    expect(await stream.next()).toEqual({ id: '901', source: 'a.x', number: 900 });
    expect(await stream.next()).toEqual({ id: '903', source: 'a.x', number: 902 });
  });

  it('lets others work while it looks through many events', async () => {
    await mesh.archive.put([...Array.from({ length: 2000 }, () => entry('a')), entry('b')]);
    const stream = await open(`?after=0&pattern=${encodeURIComponent('{"source": ["b"]}')}`);
    const turns: string[] = [];
    const found = stream.next().then(() => turns.push('found'));
    setImmediate(() => turns.push('other'));
    await found;
    expect(turns).toEqual(['other', 'found']);
  });

  it('keeps an event in one piece that its producer has laid out over lines', async () => {
    const detailText = '{\n  "number":\r\n  7\n\n}';
    await mesh.archive.put([{ ...entry('a'), detailText }]);
    expect(await (await open('?after=0')).next()).toEqual({ id: '1', source: 'a', number: 7 });
  });

  it('ends at a drain, and gives nothing more', async () => {
    const stream = await open();
    const next = stream.next();
    mesh.draining.abort();
    expect(await next).toBeUndefined();
    expect(await (await open('?after=0')).next()).toBeUndefined();
  });

  it('leaves the archive when the client has gone', async () => {
    const signals: AbortSignal[] = [];
    const tail = mesh.archive.tail.bind(mesh.archive);
    mesh.archive.tail = (after, signal) => {
      signals.push(signal);
      return tail(after, signal);
    };
    const stream = await open();
    const next = stream.next();
    await mesh.archive.put([entry('a')]);
    await next;
    await stream.close();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it.each([
    { query: 'pattern={', code: 'INVALID_EVENT_PATTERN', message: 'JSON' },
    { query: 'pattern={"source":"a"}', code: 'INVALID_EVENT_PATTERN', message: '"source"' },
    { query: 'pattern=', code: 'INVALID_EVENT_PATTERN', message: 'JSON' },
    { query: 'after=-1', code: 'INVALID_PARAMETER', message: 'after' },
    { query: 'after=latest', code: 'INVALID_PARAMETER', message: 'after' },
  ])('refuses $query', async ({ query, code, message }) => {
    expect(await mesh.get(`/events?${query}`)).toEqual({
      status: 400,
      body: { error: { code, message: expect.stringContaining(message) } },
    });
    expect(mesh.errors).toEqual([]);
  });

  it('refuses a Last-Event-ID that is none of its own', async () => {
    expect(await mesh.get('/events', { 'Last-Event-ID': 'abc' })).toMatchObject({
      status: 400,
      body: { error: { code: 'INVALID_PARAMETER' } },
    });
  });
});
