import { setImmediate as nextTurn } from 'node:timers/promises';
import { POSITION_HEADER } from '#shared/admin/schemas.ts';
import { parseJson } from '#shared/exact-json.ts';
import { type Parameters, type Query, readQuery } from '#shared/http/query.ts';
import { type CompiledPattern, matches, parsePattern } from '#shared/patterns/index.ts';
import type { EventArchive } from '#shared/ports/event-bus.ts';
import { allowanceOf, type GatewayContext } from '../environment.ts';
import { type SseEvent, sseResponse } from '../sse.ts';

/** After this many events a scan lets other requests run: the archive answers from memory, and a scan may be long. */
const SCAN_SLICE = 200;

const position = {
  type: 'integer',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'the position of an event, a whole number from 0',
} as const;

export const eventParameters = {
  after: position,
  pattern: { type: 'string', description: 'an EventBridge event pattern as JSON' },
  follow: {
    type: 'string',
    enum: ['true', 'false'],
    description: 'false, to end after the events that are in the archive now; or true',
  },
} as const satisfies Parameters;

interface EventStreamCall {
  readonly query: Query<typeof eventParameters>;
  readonly context: GatewayContext;
  readonly draining: AbortSignal | undefined;
}

/**
 * Streams the archive's events after a position, then new events as they arrive. These are server-sent events, and the
 * id of each is its position. The stream ends when the client disconnects, at a drain, and with `follow=false` after the
 * newest event. The client resumes it with `Last-Event-ID`.
 */
export async function eventStream(
  archive: EventArchive,
  { query, context, draining }: EventStreamCall,
): Promise<Response> {
  const pattern = query.pattern === undefined ? undefined : parsePattern(query.pattern);
  const asked = lastEventId(context) ?? query.after;
  const newest = await archive.newest();
  // A position past the newest belongs to another archive, such as the archive of a data folder that was deleted.
  const after = Math.min(asked ?? newest, newest);
  const gone = new AbortController();
  const ends = [gone.signal, draining, context.env?.timeUp].filter((signal) => signal !== undefined);
  const signal = AbortSignal.any(ends);
  const until = query.follow === 'false' ? newest : undefined;
  return sseResponse(events(archive, { after, until }, pattern, signal), {
    gone: () => gone.abort(),
    allowance: allowanceOf(context),
    headers: { [POSITION_HEADER]: String(after) },
  });
}

export function lastEventId(context: GatewayContext): number | undefined {
  const header = context.req.header('last-event-id');
  return header ? readQuery({ 'Last-Event-ID': position }, { 'Last-Event-ID': header })['Last-Event-ID'] : undefined;
}

async function* events(
  archive: EventArchive,
  { after, until = Number.POSITIVE_INFINITY }: { readonly after: number; readonly until: number | undefined },
  pattern: CompiledPattern | undefined,
  signal: AbortSignal,
): AsyncIterable<SseEvent> {
  if (after >= until) return;
  let scanned = 0;
  for await (const { position, event } of archive.tail(after, signal)) {
    if (signal.aborted) return;
    if (++scanned % SCAN_SLICE === 0) await nextTurn();
    if (pattern === undefined || matches(pattern, parseJson(event))) yield { id: String(position), data: event };
    if (position >= until) return;
  }
}
