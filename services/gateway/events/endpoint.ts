import { schemaFor } from '#shared/events/catalog.ts';
import type { PutEventAnswer, PutEventsAnswer } from '#shared/events/put-answers.ts';
import { errorBody, refusal } from '#shared/http/refusal.ts';
import type { GatewayContext } from '../environment.ts';
import { EventRefusedError } from './errors.ts';
import { EventDoor, type EventDoorParts, type PutOutcome } from './put-events.ts';
import { type BatchItem, readEventsRequest } from './request.ts';

/**
 * POST /events takes CloudEvents 1.0 from producers. The authorizer has already checked the scope starling/events:put.
 *
 * The answer to a single event is 200 or its error. The answer to a batch is 200 with one outcome for each event.
 */
export function eventsEndpoint(parts: Omit<EventDoorParts, 'schemaFor'>, find = schemaFor) {
  const door = new EventDoor({ ...parts, schemaFor: find });
  return async (context: GatewayContext): Promise<Response> => {
    // Outside the try: an incomplete body is not a request yet. The app answers it.
    const body = Buffer.from(await context.req.arrayBuffer());
    const traceparent = context.req.header('traceparent');
    try {
      const request = readEventsRequest(context.req.raw.headers, body);
      if ('batch' in request) return context.json(await putBatch(door, request.batch, traceparent));
      const [outcome] = await door.put([request.event], traceparent);
      if (outcome instanceof EventRefusedError) throw outcome;
      return context.json(outcome);
    } catch (error) {
      if (error instanceof EventRefusedError) return refusal(error.status, error.code, error.message);
      throw error;
    }
  };
}

/** The error for a body that is larger than the gateway accepts. */
export function eventsTooLarge(maxBodyBytes: number): Response {
  return refusal(
    413,
    'PAYLOAD_TOO_LARGE',
    `The body is larger than ${maxBodyBytes} bytes. Send fewer events at a time, or raise STARLING_MAX_BODY.`,
  );
}

async function putBatch(
  door: EventDoor,
  items: readonly BatchItem[],
  traceparent: string | undefined,
): Promise<PutEventsAnswer> {
  const readable = items.flatMap((item) => ('event' in item ? [item.event] : []));
  const outcomes = (await door.put(readable, traceparent)).values();
  const events = items.map((item): PutEventAnswer => {
    if ('error' in item) return { ...(item.id !== undefined && { id: item.id }), ...errorBody(item.error) };
    return answerOf(item.event.id, outcomes.next().value);
  });
  return { failed: events.filter((event) => 'error' in event).length, events };
}

function answerOf(id: string, outcome: PutOutcome | undefined): PutEventAnswer {
  if (outcome === undefined) throw new Error('an event of a batch has no outcome');
  return outcome instanceof EventRefusedError ? { id, ...errorBody(outcome) } : outcome;
}
