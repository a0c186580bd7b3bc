import { expect, it } from 'vitest';
import { readCloudEvent } from '#services/gateway/events/cloud-event.ts';
import { datePattern, dateTimePattern, isDateTime, timePattern } from '#shared/date-time.ts';
import { eventProblem, schemaFor } from '#shared/events/catalog.ts';
import { jsonCheck } from '#shared/json-schema.ts';

const possible = [
  '2026-01-31T09:30:00Z',
  '2026-12-31T23:59:59.999999999Z',
  '2024-02-29T00:00:00Z',
  '2000-02-29T00:00:00Z',
  '2026-04-30T00:00:00+05:30',
  '2026-04-30T00:00:00-23:59',
  '0001-01-01T00:00:00Z',
];
const impossible = [
  '2026-02-30T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-00-10T00:00:00Z',
  '2026-13-10T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-01-32T00:00:00Z',
  '2026-01-31T24:00:00Z',
  '2026-01-31T25:00:00Z',
  '2026-01-31T09:60:00Z',
  '2026-01-31T09:30:60Z',
  // A leap second.
  '2016-12-31T23:59:60Z',
  '2026-01-31T09:30:00+24:00',
  '2026-01-31T09:30:00+05:60',
  '2026-01-31T09:30:00+0530',
  '2026-01-31T09:30:00',
  '2026-01-31 09:30:00Z',
  '2026-01-31',
  '2026-01-31T09:30:00.Z',
  '26-01-31T09:30:00Z',
  '2026-01-31T09:30:00Z\n',
  ' 2026-01-31T09:30:00Z',
];

const event = { specversion: '1.0', id: 'order-7', source: 'com.example.shop', type: 'OrderPlaced.v1', data: {} };
const status = {
  taskId: 'task-1',
  contextId: 'context-1',
  agentId: 'echo',
  turn: 1,
  attempt: 1,
  sequence: 1,
  status: { state: 'TASK_STATE_WORKING', timestamp: '2026-01-31T09:30:00Z' },
};
const schema = schemaFor('starling.agents.echo', 'TaskStatusChanged.v1');
if (schema === undefined) throw new Error('there is no such event');

/** Each validator of the mesh that meets a time: it returns a text or throws, if it refuses the time. */
const validators: Readonly<Record<string, (time: string) => string | undefined>> = {
  'CloudEvents at POST /events': (time) => void readCloudEvent({ ...event, time }),
  'the time of an event with a schema': (time) => eventProblem(schema, { time, data: status }, ''),
  'a generated validator': (time) => schema.validate({ ...status, status: { ...status.status, timestamp: time } }),
  'the schema of a skill': jsonCheck({ type: 'string', format: 'date-time' }, 'params'),
};

it.each(Object.entries(validators))('%s takes the times that exist, and no others', (_, validate) => {
  const takes = (time: string) => {
    try {
      return validate(time) === undefined;
    } catch {
      return false;
    }
  };
  expect(possible.filter((time) => !takes(time))).toEqual([]);
  expect(impossible.filter(takes)).toEqual([]);
});

it('takes the small letters of RFC 3339 where no code reads the time', () => {
  expect(isDateTime('2026-01-31t09:30:00z')).toBe(true);
  expect(dateTimePattern.test('2026-01-31t09:30:00z')).toBe(false);
});

it('knows the days of every year, as the calendar of Date does', () => {
  for (let year = 1800; year <= 2410; year++) {
    for (let month = 1; month <= 12; month++) {
      const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
      const date = (day: number) => `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
      const known = Array.from({ length: 32 }, (_, day) => day).filter((day) => datePattern.test(date(day)));
      expect(known).toEqual(Array.from({ length: days }, (_, index) => index + 1));
    }
  }
});

it.each([
  ['date', '2024-02-29', ['2026-02-30', '2026-2-3', '2026-02-28T00:00:00Z']],
  ['time', '23:59:59Z', ['24:00:00Z', '23:59:60Z', '09:30Z', '09:30:00+99:99', '']],
])('a skill with the format %s takes no impossible one', (format, good, bad) => {
  const check = jsonCheck({ type: 'string', format }, 'params');
  expect(check(good)).toBeUndefined();
  expect(bad.filter((text) => check(text) === undefined)).toEqual([]);
});

it('takes a time of day with or without an offset', () => {
  expect(['09:30:00', '09:30:00.5+05:30'].every((text) => timePattern.test(text))).toBe(true);
});
