import { isObject } from '#shared/objects.ts';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import { colouredState, dim, localClock, oneLine, styled } from './text.ts';

/** Enough of a UUIDv7's random end to tell tasks apart: its beginning is the time, which neighbours share. */
const SHORT_ID = 8;

/** An event on one line: when, from whom, what, about which task, and what came of it. */
export function eventLine(event: BusEvent): string {
  const detail = isObject(event.detail) ? event.detail : {};
  const about = text(detail.correlationid) ?? text(detail.subject);
  return [
    dim(localClock(text(detail.time) ?? event.time)),
    styled('cyan', oneLine(event.source).padEnd(26)),
    styled('bold', oneLine(event['detail-type']).padEnd(22)),
    dim((about === undefined ? '-' : oneLine(about).slice(-SHORT_ID)).padEnd(SHORT_ID)),
    gist(isObject(detail.data) ? detail.data : {}),
  ]
    .join('  ')
    .trimEnd();
}

/** What a task's event is about, in a word or two; nothing for those that this command does not know. */
function gist(data: Readonly<Record<string, unknown>>): string {
  const { status, artifact, agentId, reason } = data;
  if (isObject(status) && isState(status.state)) return colouredState(status.state);
  if (isObject(artifact)) return oneLine(text(artifact.artifactId) ?? '');
  return oneLine(text(reason) ?? text(agentId) ?? '');
}

function isState(value: unknown): value is Parameters<typeof colouredState>[0] {
  return typeof value === 'string' && value.startsWith('TASK_STATE_');
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
