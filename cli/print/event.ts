import { isObject } from '#shared/objects.ts';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import type { Printer } from './printer.ts';
import { padTo } from './table.ts';

/** Characters of a task's id. The end of a UUIDv7 is random; its beginning is the time, which neighbours share. */
const SHORT_ID_LENGTH = 8;

/** An event on one line: its time, source, detail-type, task, and the state, artifact or agent that it is about. */
export function eventLine(printer: Printer, event: BusEvent): string {
  const detail = isObject(event.detail) ? event.detail : {};
  const about = text(detail.correlationid) ?? text(detail.subject);
  return [
    printer.dim(printer.timeOfDay(text(detail.time) ?? event.time)),
    printer.styled('cyan', padTo(printer.cell(event.source), 26)),
    printer.styled('bold', padTo(printer.cell(event['detail-type']), 22)),
    printer.dim(padTo(about === undefined ? '-' : printer.cell(about).slice(-SHORT_ID_LENGTH), SHORT_ID_LENGTH)),
    gist(printer, isObject(detail.data) ? detail.data : {}),
  ]
    .join('  ')
    .trimEnd();
}

/** The subject of the event of a task, in a word or two. Empty for other events. */
function gist(printer: Printer, data: Readonly<Record<string, unknown>>): string {
  const { status, artifact, agentId, reason } = data;
  if (isObject(status) && isState(status.state)) return printer.state(status.state);
  if (isObject(artifact)) return printer.cell(text(artifact.artifactId) ?? '');
  return printer.cell(text(reason) ?? text(agentId) ?? '');
}

function isState(value: unknown): value is Parameters<Printer['state']>[0] {
  return typeof value === 'string' && value.startsWith('TASK_STATE_');
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
