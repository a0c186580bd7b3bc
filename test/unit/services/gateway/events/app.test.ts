import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bufferedHandler } from '#hosts/lambda/http/buffered.ts';
import { lambdaContext } from '#test/support/lambda.ts';
import { type RestCall, restEvent } from '#test/support/rest-api.ts';
import { openGateway, type TestGateway } from '../../../hosts/lambda/http/gateway.ts';

let mesh: TestGateway;
beforeEach(async () => {
  mesh = await openGateway({ STARLING_MAX_BODY: '10000' });
});
afterEach(() => mesh.remove());

async function post(call: RestCall) {
  const event = restEvent({ resource: '/events', ...call });
  const { statusCode, body } = await bufferedHandler(mesh.options)(event, lambdaContext('gateway'));
  return { status: statusCode, body: JSON.parse(body) };
}

const headers = { 'Content-Type': 'application/cloudevents+json' };
const event = { specversion: '1.0', id: '1', source: 'com.example.shop', type: 'OrderPlaced.v1', data: 'Grüße' };

describe('POST /events behind a REST API', () => {
  it.each<[mode: string, call: RestCall]>([
    ['structured', { headers, body: JSON.stringify(event) }],
    ['structured, as Base64', { headers, body: Buffer.from(JSON.stringify(event)) }],
    [
      'binary, with headers in the letters of their sender',
      {
        headers: {
          ...{ 'Ce-Specversion': '1.0', 'CE-ID': '1', 'ce-source': event.source, 'Ce-Type': event.type },
          'Content-Type': 'text/plain; charset=UTF-8',
        },
        body: event.data,
      },
    ],
  ])('puts an event on the bus: %s', async (_, call) => {
    const answer = await post(call);
    expect(answer).toEqual({ status: 200, body: { id: '1', eventId: expect.any(String) } });
    expect(await archived(answer.body.eventId)).toMatchObject({ id: answer.body.eventId, detail: event });
  });

  it('refuses a body that is too large', async () => {
    const body = JSON.stringify({ ...event, data: 'x'.repeat(10_000) });
    expect(await post({ headers, body })).toMatchObject({
      status: 413,
      body: { error: { code: 'PAYLOAD_TOO_LARGE' } },
    });
  });

  it('is closed where a host has no authorizer', async () => {
    const { status, body } = await post({ headers, body: JSON.stringify(event), authorizer: undefined });
    expect({ status, body }).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
  });
});

/** The event of this id in the archive. */
async function archived(id: string): Promise<unknown> {
  for await (const { event } of mesh.runtime.archive.tail(0, AbortSignal.timeout(5_000))) {
    const found = JSON.parse(event);
    if (found.id === id) return found;
  }
  return undefined;
}
