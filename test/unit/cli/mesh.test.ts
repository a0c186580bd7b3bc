import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MeshError, UnreachableError } from '#cli/errors.ts';
import { Mesh } from '#cli/mesh/mesh.ts';
import { FakeMesh } from './fake-mesh.ts';

let fake: FakeMesh;
let mesh: Mesh;
beforeEach(async () => {
  fake = await new FakeMesh().start();
  mesh = new Mesh({
    url: fake.url,
    tokenUrl: `${fake.url}/oauth2/token`,
    bus: 'starling-local',
    artifactStream: 'starling-local-artifacts',
    place: { kind: 'standalone', data: fake.folder },
    credentials: async () => ({ clientId: 'me', clientSecret: 'secret', origin: 'the test' }),
  });
});
afterEach(() => fake.remove());

const methods = [
  ['GET', () => mesh.get('/admin/things/7'), undefined],
  ['POST', () => mesh.post('/admin/things/7', { name: 'ü' }), { name: 'ü' }],
  ['DELETE', () => mesh.delete('/admin/things/7'), undefined],
  ['DELETE', () => mesh.delete('/admin/things/7', { reason: 'old' }), { reason: 'old' }],
] as const;

describe.each(methods)('the mesh client: %s', (method, send, body) => {
  it('sends the token and the JSON body, and returns the answer', async () => {
    fake.onAdmin = (_request, answer) => answer.json({ ok: true });
    expect(await send()).toEqual({ ok: true });
    const request = fake.requests.at(-1) ?? expect.fail('no request');
    expect(request).toMatchObject({ method, headers: { authorization: 'Bearer token-1' } });
    expect(request.url.pathname).toBe('/admin/things/7');
    expect(request.headers['content-type']).toBe(body === undefined ? undefined : 'application/json');
    expect(request.body === '' ? undefined : JSON.parse(request.body)).toEqual(body);
  });

  it('gets a new token once, and sends the same again', async () => {
    fake.onAdmin = ({ headers }, answer) => {
      if (headers.authorization === 'Bearer token-2') answer.json({ ok: true });
      else answer.json({ error: 'invalid_token', error_description: 'expired' }, 401);
    };
    // The first token is new, so its refusal counts.
    await expect(send()).rejects.toThrow('invalid_token: expired');
    expect(await send()).toEqual({ ok: true });
    const [last, before] = fake.requests.filter(({ url }) => url.pathname.startsWith('/admin')).toReversed();
    expect(last?.body).toBe(before?.body);
  });

  it('throws the error of the mesh with its code and status', async () => {
    fake.onAdmin = (_request, answer) => answer.json({ error: { code: 'THING_GONE', message: 'It is gone.' } }, 410);
    const error = await send().then(
      () => expect.fail('no error'),
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(MeshError);
    expect(error).toMatchObject({ code: 'THING_GONE', httpStatus: 410, message: 'THING_GONE: It is gone.' });
  });

  it('returns nothing for an answer without a body', async () => {
    fake.onAdmin = (_request, answer) => answer.empty();
    expect(await send()).toBeUndefined();
  });

  it('says so when the answer is not from a mesh, and when no mesh answers', async () => {
    fake.onAdmin = (_request, answer) => answer.html(200);
    await expect(send()).rejects.toThrow(`${fake.url} is not the address of a Starling mesh.`);
    await fake.stop();
    await expect(send()).rejects.toBeInstanceOf(UnreachableError);
  });
});

describe('the mesh client: POST', () => {
  it('sends another content type where it is given, and numbers to their last digit', async () => {
    fake.onEvents = (_request, answer) => answer.json({});
    const id = JSON.rawJSON('12345678901234567890');
    await mesh.post('/events', [{ id }], 'application/cloudevents-batch+json');
    expect(fake.requests.at(-1)).toMatchObject({
      body: '[{"id":12345678901234567890}]',
      headers: { 'content-type': 'application/cloudevents-batch+json' },
    });
  });
});
