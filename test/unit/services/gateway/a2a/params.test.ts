import { describe, expect, it } from 'vitest';
import {
  optionalObject,
  readConfiguration,
  readHistoryLength,
  readLastEventId,
  readTaskId,
} from '#services/gateway/a2a/params.ts';

const refused = (code: string, text: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(text) });

describe('configuration', () => {
  it.each([
    [undefined, { returnImmediately: false }],
    [null, { returnImmediately: false }],
    [{}, { returnImmediately: false }],
    [
      { returnImmediately: true, historyLength: 0 },
      { returnImmediately: true, historyLength: 0 },
    ],
    [{ acceptedOutputModes: [] }, { returnImmediately: false }],
    [{ acceptedOutputModes: ['text/plain'] }, { returnImmediately: false, acceptedOutputModes: ['text/plain'] }],
    [{ taskPushNotificationConfig: null, unknown: 1 }, { returnImmediately: false }],
  ])('%j', (configuration, expected) => {
    expect(readConfiguration({ configuration })).toEqual(expected);
  });

  it.each([
    ['x', 'INVALID_PARAMS', /params.configuration is not an object/],
    [[], 'INVALID_PARAMS', /params.configuration is not an object/],
    [{ returnImmediately: 1 }, 'INVALID_PARAMS', /returnImmediately is not a boolean/],
    [{ acceptedOutputModes: 'text' }, 'INVALID_PARAMS', /acceptedOutputModes is not an array/],
    [{ acceptedOutputModes: [1] }, 'INVALID_PARAMS', /acceptedOutputModes is not an array/],
    [{ historyLength: -1 }, 'INVALID_PARAMS', /configuration.historyLength is not an integer/],
    [{ taskPushNotificationConfig: {} }, 'PUSH_NOTIFICATION_NOT_SUPPORTED', /no push notifications/],
  ])('refuses %j', (configuration, code, text) => {
    expect(() => readConfiguration({ configuration })).toThrow(refused(code, text));
  });
});

it.each([
  [undefined, undefined],
  [null, undefined],
  [0, 0],
  [7, 7],
  ['7', 7],
])('historyLength %j is %j', (historyLength, expected) => {
  expect(readHistoryLength({ historyLength })).toBe(expected);
});

it.each([-1, 1.5, '-7', '7.5', '', Number.NaN, true])('refuses the historyLength %j', (historyLength) => {
  expect(() => readHistoryLength({ historyLength })).toThrow(refused('INVALID_PARAMS', /params.historyLength/));
});

it.each([undefined, null, '', 7, {}])('refuses the task id %j', (id) => {
  expect(() => readTaskId({ id })).toThrow(refused('INVALID_PARAMS', /params.id/));
});

it.each([
  [undefined, undefined],
  ['', undefined],
  ['0', 0],
  ['42', 42],
])('Last-Event-ID %j is %j', (header, expected) => {
  expect(readLastEventId(header)).toBe(expected);
});

it.each(['-1', '1.5', 'x', ' 1', '1'.repeat(16)])('refuses the Last-Event-ID %j', (header) => {
  expect(() => readLastEventId(header)).toThrow(refused('INVALID_PARAMS', /Last-Event-ID/));
});

it.each([
  [undefined, undefined],
  [null, undefined],
  [{ a: 1 }, { a: 1 }],
])('an optional object %j is %j', (metadata, expected) => {
  expect(optionalObject({ metadata }, 'metadata')).toEqual(expected);
});
