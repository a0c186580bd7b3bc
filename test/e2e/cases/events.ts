import { describe, expect, it } from 'vitest';
import type { AdminQuarantine } from '#shared/admin/schemas.ts';
import { bearer, type MeshClient } from '#test/support/mesh-client.ts';

const structured = { 'content-type': 'application/cloudevents+json' };

function event(id: string = crypto.randomUUID()) {
  return { specversion: '1.0', id, source: 'com.example.shop', type: 'OrderPlaced.v1', data: { count: 1 } };
}

/** What producers without an AWS SDK put on the bus. */
export function eventCases(mesh: () => MeshClient): void {
  const post = async (body: unknown, headers: Record<string, string>, scope?: string) => {
    const response = await fetch(`${mesh().url}/events`, {
      method: 'POST',
      headers: { ...bearer(await mesh().token(scope)), ...headers },
      body: JSON.stringify(body),
    });
    // biome-ignore lint/suspicious/noExplicitAny: answers of any shape, taken apart by the tests
    return { status: response.status, body: (await response.json()) as any };
  };

  describe('POST /events', () => {
    it('takes an event in each of its modes', async () => {
      const one = event();
      const taken = (id: string) => ({ id, eventId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
      expect(await post(one, structured)).toEqual({ status: 200, body: taken(one.id) });
      const batch = [event(), { ...event(), source: 'starling.agents.echo' }];
      expect(await post(batch, { 'content-type': 'application/cloudevents-batch+json' })).toEqual({
        status: 200,
        body: {
          failed: 1,
          events: [
            taken(batch[0]?.id ?? ''),
            { id: batch[1]?.id, error: expect.objectContaining({ code: 'SOURCE_RESERVED' }) },
          ],
        },
      });
      const { data, ...attributes } = event();
      const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
      const binary = await post(data, { ...headers, 'content-type': 'application/json' });
      expect(binary).toEqual({ status: 200, body: taken(attributes.id) });
    });

    it('lets nobody answer for an agent', async () => {
      const { status, body } = await post({ ...event(), source: 'starling.agents.echo' }, structured);
      expect({ status, code: body.error.code }).toEqual({ status: 403, code: 'SOURCE_RESERVED' });
    });

    it('is for those with the scope alone', async () => {
      expect((await post(event(), structured, 'starling/events:put')).status).toBe(200);
      expect((await post(event(), structured, 'starling/agents:invoke')).status).toBe(403);
      expect((await fetch(`${mesh().url}/events`, { method: 'POST', headers: structured, body: '{}' })).status).toBe(
        401,
      );
    });
  });

  it('GET /admin/quarantine lists what is in quarantine', async () => {
    const response = await mesh().admin('/admin/quarantine?limit=1');
    expect(response.status).toBe(200);
    expect(((await response.json()) as AdminQuarantine).events.length).toBeLessThanOrEqual(1);
  });
}
