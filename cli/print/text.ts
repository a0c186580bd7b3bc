import { styleText } from 'node:util';
import type { TaskState } from '#shared/a2a/types.ts';

/** Coloured where stdout is a terminal (and NO_COLOR is not set), else as it is. */
export function styled(style: Parameters<typeof styleText>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout, validateStream: true });
}

export const dim = (text: string) => styled('dim', text);

/** `TASK_STATE_INPUT_REQUIRED` is `input-required` to people. */
export function stateName(state: TaskState): string {
  return state
    .replace(/^TASK_STATE_/, '')
    .toLowerCase()
    .replaceAll('_', '-');
}

export function colouredState(state: TaskState): string {
  return styled(stateColour(state), stateName(state));
}

function stateColour(state: TaskState): Parameters<typeof styleText>[0] {
  switch (state) {
    case 'TASK_STATE_COMPLETED':
      return 'green';
    case 'TASK_STATE_FAILED':
    case 'TASK_STATE_REJECTED':
      return 'red';
    case 'TASK_STATE_CANCELED':
    case 'TASK_STATE_INPUT_REQUIRED':
    case 'TASK_STATE_AUTH_REQUIRED':
      return 'yellow';
    case 'TASK_STATE_SUBMITTED':
    case 'TASK_STATE_WORKING':
      return 'cyan';
    default:
      return state satisfies never;
  }
}

/** `2026-11-21 09:10:00`, in the time zone of whoever reads it. */
export function localTime(rfc3339: string): string {
  const { date, clock } = local(rfc3339);
  return `${date} ${clock}`;
}

/** `09:10:00.123`, in the time zone of whoever reads it. */
export function localClock(rfc3339: string): string {
  const { clock, milliseconds } = local(rfc3339);
  return `${clock}.${milliseconds}`;
}

function local(rfc3339: string): { date: string; clock: string; milliseconds: string } {
  const time = new Date(rfc3339);
  const two = (value: number) => String(value).padStart(2, '0');
  return {
    date: `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`,
    clock: `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`,
    milliseconds: String(time.getMilliseconds()).padStart(3, '0'),
  };
}

/** On one line, as what a stranger wrote into a column must not look like a line of its own. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
