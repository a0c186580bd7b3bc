import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandOptions, runCommand } from './command.ts';
import { FakeMesh } from './fake-mesh.ts';

let mesh: FakeMesh;
/** The batches that were sent, as text. */
let batches: string[];
beforeEach(async () => {
  batches = [];
  mesh = await new FakeMesh().start();
  mesh.onEvents = ({ method, headers, body }, answer) => {
    if (method !== 'POST' || headers['content-type'] !== 'application/cloudevents-batch+json') return answer.html(404);
    if (!headers.authorization?.startsWith('Bearer token-')) return answer.html(401);
    batches.push(body);
    answer.json({ failed: 0, events: JSON.parse(body).map(({ id }: { id: string }) => ({ id, eventId: `e-${id}` })) });
  };
});
afterEach(() => mesh.remove());

const put = (words: readonly string[], options?: CommandOptions) =>
  runCommand(mesh, ['events', 'put', ...words], options);
const sent = () => batches.flatMap((batch) => JSON.parse(batch));
function file(content: string): string {
  const name = path.join(mesh.folder, 'events');
  writeFileSync(name, content);
  return name;
}

const event = (id: string) => ({ specversion: '1.0', id, source: 'acme.shop', type: 'Sold', data: { n: 1 } });

describe('starling events put', () => {
  it('puts one event from its options, and prints its id', async () => {
    const words = ['--source', 'acme.shop', '--type', 'Sold', '--subject', 'order 7', '--payload', '{"n": 1}'];
    const { code, stdout, stderr } = await put(words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const id = stdout.trim();
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(sent()).toEqual([{ ...event(id), subject: 'order 7' }]);
    expect((await put([...words, '--id', 'mine'])).stdout).toBe('mine\n');
  });

  it.each([
    ['one event', JSON.stringify(event('a'), undefined, 2), ['a']],
    ['an array', JSON.stringify([event('a'), event('b')]), ['a', 'b']],
    ['lines', `${JSON.stringify(event('a'))}\n\n${JSON.stringify(event('b'))}\r\n`, ['a', 'b']],
  ])('reads %s, of a file or of standard input', async (_, content, ids) => {
    const name = file(content);
    const expected = { code: 0, stdout: ids.map((id) => `${id}\n`).join(''), stderr: '' };
    expect(await put([name])).toMatchObject(expected);
    expect(await put([], { input: content })).toMatchObject(expected);
    expect(await put(['-'], { input: content })).toMatchObject(expected);
    expect(sent()).toEqual([...ids, ...ids, ...ids].map(event));
  });

  it('adds what an event does not say, and no more', async () => {
    await put([
      file('[{"id":"a","data":12345678901234567890},{"source":"its.own"}]'),
      '--source',
      'acme',
      '--type',
      'T',
    ]);
    expect(batches[0]).toContain('"data":12345678901234567890');
    expect(sent()).toMatchObject([
      { specversion: '1.0', id: 'a', source: 'acme', type: 'T' },
      { specversion: '1.0', id: expect.stringMatching(/^[0-9a-f-]{36}$/), source: 'its.own', type: 'T' },
    ]);
  });

  it('sends many in parts, by count and by size', async () => {
    const many = Array.from({ length: 250 }, (_, index) => event(String(index)));
    const { stdout } = await put([file(JSON.stringify(many))]);
    expect(batches.map((batch) => JSON.parse(batch).length)).toEqual([100, 100, 50]);
    expect(stdout.trim().split('\n')).toEqual(many.map(({ id }) => id));
    batches = [];
    const large = Array.from({ length: 3 }, (_, index) => ({ ...event(String(index)), data: 'x'.repeat(600_000) }));
    await put([file(JSON.stringify(large))]);
    expect(batches.map((batch) => JSON.parse(batch).length)).toEqual([1, 1, 1]);
  });

  it('says which did not get through, and why', async () => {
    const events = [
      { id: 'good', eventId: 'e-1' },
      { id: 'bad', error: { code: 'ATTRIBUTE_NAME', message: 'No.' } },
      { error: { code: 'INVALID_EVENT', message: 'No event.' } },
      { id: 'aside', eventId: 'e-2', quarantined: 'data/n must be >= 2' },
    ];
    mesh.onEvents = (_request, answer) => answer.json({ failed: 2, events });
    const name = file(JSON.stringify(events));
    const stderr = `bad: ATTRIBUTE_NAME: No.
(no id): INVALID_EVENT: No event.
aside: quarantined, not delivered: data/n must be >= 2
3 of 4 events were not delivered.
`;
    expect(await put([name])).toMatchObject({ code: 1, stdout: 'good\naside\n', stderr });
    const json = await put([name, '--json']);
    expect(json.code).toBe(1);
    const said = json.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(said.map((line) => line.note ?? line.error.message)).toEqual(stderr.trim().split('\n'));
    expect(said.at(-1).error.code).toBe('EVENTS_NOT_DELIVERED');
    expect(
      json.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(events);
  });

  it('reports what the mesh refuses altogether', async () => {
    mesh.onEvents = (_request, answer) =>
      answer.json({ error: 'insufficient_scope', error_description: 'Not you.' }, 403);
    expect(await put(['--payload', '1'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'insufficient_scope: Not you.\n',
    });
  });

  it.each([
    ['a file that is not there', () => ['nowhere.json'], 1, 'nowhere.json cannot be read (ENOENT'],
    ['no JSON', () => [file('{"id":\n')], 2, 'line 1 of '],
    ['a line that is none', () => [file('{}\nx\n')], 2, 'line 2 of '],
    ['a number', () => [file('[{}, 7]')], 2, 'event 2 of '],
    ['nothing', () => [file('\n')], 2, 'no events in '],
    ['data that is no JSON', () => ['--payload', 'x'], 2, '--payload is not JSON'],
    ['a file and data', () => [file('{}'), '--payload', '1'], 2, 'Give --payload or a file, not both.'],
    ['an id for a file', () => [file('{}'), '--id', 'x'], 2, '--id needs --payload'],
  ])('refuses %s, and sends nothing', async (_, words, code, message) => {
    const ended = await put(words());
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
    expect(mesh.requests).toEqual([]);
  });
});

describe('starling events quarantine', () => {
  const record = { source: 'acme.shop', type: 'Chunk.v1' };
  const events = [
    {
      id: '3',
      at: '2026-11-21T09:10:00.000Z',
      reason: 'data/n must be\n>= 2',
      event: JSON.stringify({ source: 'acme.shop', 'detail-type': 'Sold.v1' }),
    },
    { id: '2', at: '2026-11-21T09:09:00.000Z', reason: 'a record', event: JSON.stringify(record) },
    { id: '1', at: '2026-11-21T09:08:00.000Z', reason: 'not JSON', event: '{"half' },
    { id: '0', at: '2026-11-21T09:07:00.000Z', reason: 'gone' },
  ];

  it('lists what is there, and tells how to see more', async () => {
    mesh.onAdmin = (_request, answer) => answer.json({ events, next: 'abc' });
    const { code, stdout, stderr } = await runCommand(mesh, [
      'events',
      'quarantine',
      '--limit',
      '4',
      '--cursor',
      'xyz',
    ]);
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['SINCE', 'SOURCE', 'DETAIL-TYPE', 'REASON'],
      ['2026-11-21 09:10:00', 'acme.shop', 'Sold.v1', 'data/n must be >= 2'],
      ['2026-11-21 09:09:00', 'acme.shop', 'Chunk.v1', 'a record'],
      ['2026-11-21 09:08:00', '-', '-', 'not JSON'],
      ['2026-11-21 09:07:00', '-', '-', 'gone'],
      [''],
    ]);
    expect(stderr).toBe('There are more: add --cursor abc\n');
    const { pathname, searchParams } = mesh.requests.at(-1)?.url ?? expect.fail('no request');
    expect(pathname).toBe('/admin/quarantine');
    expect(Object.fromEntries(searchParams)).toEqual({ limit: '4', cursor: 'xyz' });
  });

  it('prints them as JSON, and says so when there are none', async () => {
    mesh.onAdmin = (_request, answer) => answer.json({ events });
    expect(JSON.parse((await runCommand(mesh, ['events', 'quarantine', '--json'])).stdout)).toEqual({ events });
    mesh.onAdmin = (_request, answer) => answer.json({ events: [] });
    expect(await runCommand(mesh, ['events', 'quarantine'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'There are no events in quarantine.\n',
    });
  });
});
