import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { parseKnowing } from '#shared/exact-json.ts';
import type { DetailType, EventCatalog } from '#shared/generated/catalog.ts';
import { isStoreUnavailable } from '#shared/ports/errors.ts';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import { currentAgentRuntime } from '#shared/runtime/current.ts';
import { withinDelivery } from '#shared/runtime/delivery-scope.ts';
import { eventProblem, schemaFor } from './catalog.ts';
import type { CloudEvent } from './envelope.ts';
import { isFifoBatch, lanesOf } from './fifo-batch.ts';

/** An event as a consumer gets it, typed by its name. */
export type TypedEvent<Name extends DetailType> = {
  [Each in Name]: Omit<BusEvent, 'detail' | 'detail-type'> & {
    readonly 'detail-type': Each;
    readonly detail: CloudEvent<EventCatalog[Each]>;
  };
}[Name];

export interface Delivery {
  /** 1 at the first delivery. */
  readonly receiveCount: number;
  /** Earlier receives that do not count towards `maxReceiveCount`, because the mesh's own store had no room. */
  readonly excused: number;
  readonly context: Context;
}

export interface Subscriber<Name extends DetailType> {
  readonly types: readonly Name[];
  /** If it throws, the queue delivers this event again, and no other event of the batch. */
  readonly handle: (event: TypedEvent<Name>, delivery: Delivery) => Promise<void>;
  /** Takes messages that are no event of these types or break their schema. They are not delivered again. */
  readonly quarantine: (reason: string, body: string, delivery: Delivery) => Promise<void>;
  /** Called with every error that `handle` throws. */
  readonly failed?: (error: unknown, delivery: Delivery) => void;
}

export type QueueHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/**
 * Makes the Lambda handler of a queue that a rule of the bus feeds. It validates each event by its schema, passes it on
 * typed, and reports only the failed events. Events are handled in parallel. In a FIFO queue, the events of one message
 * group are handled one after the other, and a failed event stops its group.
 *
 * @example
 * export const handler = subscribe({
 *   types: ['AgentRegistered.v1'],
 *   handle: async ({ detail }) => console.log(detail.data),
 *   quarantine: async (reason) => console.warn(reason),
 * });
 */
export function subscribe<Name extends DetailType>(subscriber: Subscriber<Name>): QueueHandler {
  return async (event, context) => {
    const failed = isFifoBatch(event.Records)
      ? (await Promise.all(lanesOf(event.Records).map((lane) => deliverInOrder(subscriber, lane, context)))).flat()
      : await Promise.all(event.Records.map((record) => deliver(subscriber, record, context)));
    const batchItemFailures = [];
    for (const itemIdentifier of failed) if (itemIdentifier !== undefined) batchItemFailures.push({ itemIdentifier });
    return { batchItemFailures };
  };
}

/** Returns the ids of the records that the queue must deliver again: the first failed record and all later ones. */
async function deliverInOrder<Name extends DetailType>(
  subscriber: Subscriber<Name>,
  lane: readonly SQSRecord[],
  context: Context,
): Promise<readonly string[]> {
  for (const [at, record] of lane.entries()) {
    const failed = await deliver(subscriber, record, context);
    if (failed === undefined) continue;
    const behind = lane.slice(at + 1);
    // They come back together: a record that stayed hidden would hold up its group.
    const { ApproximateReceiveCount } = record.attributes;
    await Promise.all(behind.map((each) => deliverSoon(each, Number(ApproximateReceiveCount))));
    return [failed, ...behind.map(({ messageId }) => messageId)];
  }
  return [];
}

/** Returns the record's id if the queue must deliver it again. */
async function deliver<Name extends DetailType>(
  subscriber: Subscriber<Name>,
  record: SQSRecord,
  context: Context,
): Promise<string | undefined> {
  const receiveCount = Number(record.attributes.ApproximateReceiveCount);
  const delivery = { receiveCount, excused: currentAgentRuntime().excusedReceives(record), context };
  try {
    const read = readEvent(record.body, subscriber.types);
    if ('problem' in read) await subscriber.quarantine(read.problem, record.body, delivery);
    else
      await withinDelivery({ functionName: context.functionName, messageId: record.messageId }, () =>
        subscriber.handle(read.event, delivery),
      );
    return undefined;
  } catch (error) {
    subscriber.failed?.(error, delivery);
    await deliverSoon(record, delivery.receiveCount);
    return record.messageId;
  }
}

const MAX_BACKOFF_SECONDS = 60;

/**
 * Makes a failed message visible after 1, 2, 4 … s. Lambda would leave it hidden for the whole visibility timeout, which is
 * meant for functions that die.
 */
export async function deliverSoon(record: SQSRecord, receiveCount: number): Promise<void> {
  const { queue, log } = currentAgentRuntime();
  const name = record.eventSourceARN.slice(record.eventSourceARN.lastIndexOf(':') + 1);
  try {
    await queue.changeVisibility(name, record.receiptHandle, Math.min(2 ** (receiveCount - 1), MAX_BACKOFF_SECONDS));
  } catch (error) {
    if (isStoreUnavailable(error)) return;
    log.warn('a failed message comes back only after its visibility timeout', { queue: name, error });
  }
}

/** The event in the body of a message, or the reason why it is none of these types. */
export function readEvent<Name extends DetailType>(
  body: string,
  types: readonly Name[],
): { event: TypedEvent<Name> } | { problem: string } {
  let event: BusEvent<CloudEvent>;
  let mayBeInexact: boolean;
  try {
    const parsed = parseKnowing(body);
    event = parsed.value as BusEvent<CloudEvent>;
    mayBeInexact = parsed.mayBeInexact;
  } catch {
    return { problem: 'not JSON' };
  }
  const type = types.find((name) => name === event?.['detail-type']);
  if (type === undefined || typeof event.source !== 'string') return { problem: `not one of ${types.join(', ')}` };
  const schema = schemaFor(event.source, type);
  const problem = schema
    ? eventProblem(schema, event.detail, body, mayBeInexact)
    : `${type} from ${event.source} has no schema`;
  return problem === undefined ? { event: event as TypedEvent<Name> } : { problem };
}
