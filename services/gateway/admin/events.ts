import { setImmediate as nextTurn } from 'node:timers/promises';
import { POSITION_HEADER } from '#shared/admin/types.ts';
import { type CompiledPattern, matches, parseEvent, parsePattern } from '#shared/patterns/index.ts';
import type { EventArchive } from '#shared/ports/event-bus.ts';
import type { GatewayContext } from '../environment.ts';
import { type SseEvent, sseResponse } from '../sse.ts';
import { invalidParameter } from './errors.ts';

/** Events looked at in a row before others get their turn: the archive answers from memory, and a scan may be long. */
const SCAN_SLICE = 200;

/**
 * GET /admin/events: the archive's events after a position and then as they pass, as server-sent events whose id is the
 * position. Ends when the client goes, and at a drain; the client takes it up again with `Last-Event-ID`.
 */
export async function eventStream(
  archive: EventArchive,
  context: GatewayContext,
  draining: AbortSignal | undefined,
): Promise<Response> {
  const text = context.req.query('pattern');
  const pattern = text === undefined ? undefined : parsePattern(text);
  const asked =
    readPosition('Last-Event-ID', context.req.header('last-event-id')) ??
    readPosition('after', context.req.query('after'));
  const newest = await archive.newest();
  // A position past the newest is of another archive, such as that of a data folder which was deleted.
  const after = Math.min(asked ?? newest, newest);
  const gone = new AbortController();
  const ends = [gone.signal, draining, context.env?.timeUp].filter((signal) => signal !== undefined);
  const signal = AbortSignal.any(ends);
  return sseResponse(events(archive, after, pattern, signal), () => gone.abort(), { [POSITION_HEADER]: String(after) });
}

async function* events(
  archive: EventArchive,
  after: number,
  pattern: CompiledPattern | undefined,
  signal: AbortSignal,
): AsyncIterable<SseEvent> {
  let scanned = 0;
  for await (const { position, event } of archive.tail(after, signal)) {
    if (signal.aborted) return;
    if (++scanned % SCAN_SLICE === 0) await nextTurn();
    if (pattern === undefined || matches(pattern, parseEvent(event)))
      yield { id: String(position), data: oneLine(event) };
  }
}

/** A producer's JSON may be laid out over lines, and a line end would end the field: in JSON it is only ever blank space. */
function oneLine(json: string): string {
  return json.replaceAll(/[\r\n]+/g, ' ');
}

function readPosition(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^[0-9]{1,15}$/.test(text))
    throw invalidParameter(name, 'takes the position of an event, a whole number from 0');
  return Number(text);
}
