import { Hono } from 'hono';
import { expect } from 'vitest';
import type { GatewayEnvironment } from '#services/gateway/environment.ts';
import { eventsEndpoint } from '#services/gateway/events/endpoint.ts';
import type { EventSchema } from '#shared/events/catalog.ts';
import type { EventBus } from '#shared/ports/event-bus.ts';
import type { LogFields } from '#shared/telemetry/logger.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite } from '#test/support/sqlite.ts';

/** The one contract that there is for producers: an order has a count from 1. */
const orderSchema: EventSchema = {
  folder: 'com.example.shop',
  // As if it were of the catalog, which has the mesh's own events alone.
  detailType: 'OrderPlaced.v1' as EventSchema['detailType'],
  dataschema: 'https://example.com/OrderPlaced.v1.json',
  validate: (data) =>
    Number((data as { count?: unknown } | undefined)?.count) >= 1 ? undefined : 'data/count must be >= 1',
};

export const queue = 'everything';

/** The door on the SQLite bus, with a queue that gets every event. */
export async function openDoor({ bus }: { readonly bus?: Pick<EventBus, 'put'> } = {}) {
  const clock = new TestClock();
  const sqlite = await openSqlite(clock);
  await sqlite.queue.create(queue, { visibilityTimeout: 30 });
  await sqlite.bus.putRule({ name: queue, pattern: { source: [{ prefix: '' }] }, queue });
  const errors: LogFields[] = [];
  const counted: string[] = [];
  const nothing = () => {};
  const endpoint = eventsEndpoint(
    {
      ...sqlite,
      ...(bus && { bus: bus as EventBus }),
      clock,
      log: { debug: nothing, info: nothing, warn: nothing, error: (_, fields) => void errors.push(fields ?? {}) },
      metrics: {
        count: (name, labels) => void counted.push(`${name} ${Object.values(labels).join(' ')}`),
        observe: nothing,
      },
    },
    (source, type) => (source === orderSchema.folder && type === orderSchema.detailType ? orderSchema : undefined),
  );
  const app = new Hono<GatewayEnvironment>();
  app.post('/events', endpoint);

  async function post(body: string | Buffer | null, headers: Record<string, string>) {
    const response = await app.request('/events', { method: 'POST', headers, body });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  return {
    ...sqlite,
    clock,
    errors,
    counted,
    post,
    structured: (event: unknown) => post(textOf(event), { 'content-type': 'application/cloudevents+json' }),
    batch: (events: unknown) => post(textOf(events), { 'content-type': 'application/cloudevents-batch+json' }),
    /** The bodies of the events that were delivered since the last time. */
    async delivered(): Promise<string[]> {
      const bodies: string[] = [];
      for (;;) {
        const messages = await sqlite.queue.receive(queue, { max: 10, wait: 0 });
        if (messages.length === 0) return bodies;
        bodies.push(...messages.map(({ body }) => body));
        for (const { receiptHandle } of messages) await sqlite.queue.delete(queue, [receiptHandle]);
      }
    },
  };
}

export type Door = Awaited<ReturnType<typeof openDoor>>;

export const order = {
  specversion: '1.0',
  id: 'order-1',
  source: 'com.example.shop',
  type: 'OrderPlaced.v1',
  data: { count: 2 },
};

/** The answer to a request that is refused. */
export const refused = (status: number, code: string, message: string | RegExp = '') => ({
  status,
  body: {
    error: {
      code,
      message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
    },
  },
});

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
