import { PutEventsCommand, type PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { ask } from '../aws-client.ts';
import type { OrderedPut, Put } from '../ledger.ts';
import { Load, type Operation } from '../load.ts';
import { Unanswered, untilAnswered } from '../retry.ts';
import type { LoadContext } from './context.ts';

/** What rules of the test match. */
export const SOURCE = 'chaos.events';
/** Of events that a FIFO queue gets. */
export const GROUP_SOURCE = 'chaos.groups';
const TYPE = 'Counted.v1';
/** Events of one PutEvents, of one group. */
const GROUP_BATCH = 5;
export const EventBusName = 'starling-local';

/** Producers, by each of the doors for events. Each event has a key of its own. */
export function eventLoads(context: LoadContext): readonly Load[] {
  const load = (
    name: string,
    { operations, workers, size }: { operations: number; workers: number; size: number },
    put: (context: LoadContext, batch: readonly Put[]) => Promise<void>,
  ) =>
    new Load({
      name,
      target: Math.ceil(operations * context.scale),
      workers,
      surprises: context.ledger.surprises,
      async perform(operation) {
        await put(context, newBatch(context, name, operation, size));
        operation.acknowledged();
      },
    });
  return [
    load('PutEvents', { operations: 1_500, workers: 6, size: 10 }, ({ aws }, batch) =>
      putEvents(aws, batch, ({ key }) => ({ Source: SOURCE, Detail: JSON.stringify({ id: key }) })),
    ),
    groupLoad(context),
    load('batches of CloudEvents', { operations: 220, workers: 3, size: 20 }, postBatch),
    load('CloudEvents', { operations: 700, workers: 3, size: 1 }, postOne),
  ];
}

function newBatch({ ledger }: LoadContext, name: string, { number }: Operation, size: number): Put[] {
  const batch = Array.from({ length: size }, (_, index): Put => {
    return { key: `${name}-${number}-${index}`, tries: { count: 0 }, id: undefined };
  });
  ledger.events.push(...batch);
  return batch;
}

/** Each producer has groups of its own, and puts the next events of one when those before are acknowledged. */
function groupLoad(context: LoadContext): Load {
  const { aws, ledger, scale } = context;
  const places = new Map<string, number>();
  return new Load({
    name: 'PutEvents of groups',
    target: Math.ceil(250 * scale),
    workers: 4,
    surprises: ledger.surprises,
    async perform({ number, worker, acknowledged }) {
      const group = `group-${worker}-${number % 2}`;
      const first = places.get(group) ?? 0;
      places.set(group, first + GROUP_BATCH);
      const batch = Array.from({ length: GROUP_BATCH }, (_, index): OrderedPut => {
        const place = first + index;
        return { key: `${group}/${place}`, group, place, tries: { count: 0 }, id: undefined };
      });
      ledger.grouped.push(...batch);
      await putEvents(aws, batch, ({ key, place }) => {
        return { Source: GROUP_SOURCE, Detail: JSON.stringify({ id: key, group, place }) };
      });
      acknowledged();
    },
  });
}

/** Entries that failed go again, alone: AWS's producers do so. */
async function putEvents<Each extends Put>(
  { events }: LoadContext['aws'],
  batch: readonly Each[],
  entry: (put: Each) => { readonly Source: string; readonly Detail: string },
): Promise<void> {
  let left = batch;
  await untilAnswered(async () => {
    for (const { tries } of left) tries.count++;
    const Entries = left.map((put) => ({ DetailType: TYPE, EventBusName, ...entry(put) }));
    const { Entries: results = [] } = await ask((options) => events.send(new PutEventsCommand({ Entries }), options));
    left = left.filter((put, index) => !taken(put, results[index]));
    if (left.length > 0) throw new Unanswered(`${left.length} entries were not taken`);
  });
}

function taken(put: Put, result: PutEventsResultEntry | undefined): boolean {
  if (result?.EventId !== undefined) {
    put.id = result.EventId;
    return true;
  }
  if (result?.ErrorCode === 'InternalFailure' || result?.ErrorCode === 'ThrottlingException') return false;
  throw new Error(`PutEvents gave ${JSON.stringify(result)}`);
}

interface Taken {
  readonly id: string;
  readonly eventId?: string;
  readonly error?: { readonly code: string };
}

async function postBatch({ client }: LoadContext, batch: readonly Put[]): Promise<void> {
  let left = batch;
  await untilAnswered(async () => {
    for (const { tries } of left) tries.count++;
    const body = await client.putEvents('application/cloudevents-batch+json', left.map(cloudEvent));
    const { events } = body as { readonly events?: readonly Taken[] };
    if (events === undefined) throw new Error(`POST /events gave ${JSON.stringify(body)}`);
    left = left.filter((put, index) => !accepted(put, events[index]));
    if (left.length > 0) throw new Unanswered(`${left.length} events were not taken`);
  });
}

async function postOne({ client }: LoadContext, batch: readonly Put[]): Promise<void> {
  for (const put of batch) {
    await untilAnswered(async () => {
      put.tries.count++;
      const body = await client.putEvents('application/cloudevents+json', cloudEvent(put));
      if (!accepted(put, body as Taken)) throw new Unanswered('the event was not taken');
    });
  }
}

function cloudEvent({ key }: Put) {
  return { specversion: '1.0', id: key, source: SOURCE, type: TYPE };
}

function accepted(put: Put, result: Taken | undefined): boolean {
  if (result?.eventId !== undefined) {
    put.id = result.eventId;
    return true;
  }
  // The only one that is worth another try: docs/concepts/events.md.
  if (result?.error?.code === 'UNAVAILABLE') return false;
  throw new Error(`POST /events gave ${JSON.stringify(result)}`);
}
