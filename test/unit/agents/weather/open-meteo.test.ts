import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { handler } from '#agents/weather/handler.ts';
import { liveWeather } from '#agents/weather/open-meteo.ts';

const seoul = {
  name: 'Seoul',
  latitude: 37.566,
  longitude: 126.9784,
  country_code: 'KR',
  timezone: 'Asia/Seoul',
  country: 'South Korea',
  admin1: 'Seoul',
};
const paris = { ...seoul, name: 'Paris', latitude: 48.85, country_code: 'FR', country: 'France' };
const texas = { ...paris, latitude: 33.66, country_code: 'US', country: 'United States', admin1: 'Texas' };
const forecast = {
  utc_offset_seconds: 32400,
  timezone: 'Asia/Seoul',
  current: {
    time: '2026-11-21T18:15',
    temperature_2m: 6.4,
    relative_humidity_2m: 58,
    weather_code: 2,
    wind_speed_10m: 7.6,
  },
  daily: { time: ['2026-11-21'], temperature_2m_max: [11.3], temperature_2m_min: [1.8], precipitation_sum: [0.2] },
};

const never = new AbortController().signal;
const answers: (object | string | RequestListener)[] = [];
const asked: URL[] = [];
const server = createServer((request, response) => {
  asked.push(new URL(request.url ?? '', 'http://localhost'));
  const answer = answers.shift() ?? {};
  if (typeof answer === 'function') answer(request, response);
  else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
afterEach(() => {
  answers.length = 0;
  asked.length = 0;
});

/** Asks the local server whatever is asked of Open-Meteo's hosts. */
function live(location: string, { signal = never, timeoutMs = 60_000 } = {}) {
  const { port } = server.address() as AddressInfo;
  const local: typeof fetch = (input, init) => {
    const { pathname, search } = new URL(String(input));
    return fetch(`http://127.0.0.1:${port}${pathname}${search}`, init);
  };
  return liveWeather(location, { fetch: local, signal, timeoutMs });
}

function status(code: number, headers: Record<string, string> = {}): RequestListener {
  return (_, response) => void response.writeHead(code, headers).end('{"error":true,"reason":"secret detail"}');
}

function isReport(report: unknown): boolean {
  const ajv = new Ajv2020({ strict: true });
  addFormats.default(ajv);
  return ajv.validate(handler.definition.skills[0]?.output ?? false, report);
}

test('a report is of now and today', async () => {
  answers.push({ results: [seoul] }, forecast);
  const report = await live('Seoul');
  expect(report).toEqual({
    location: 'Seoul',
    country: 'South Korea',
    countryCode: 'KR',
    latitude: 37.566,
    longitude: 126.9784,
    timeZone: 'Asia/Seoul',
    source: 'open-meteo',
    period: '2026-11-21',
    temperatureC: { high: 11.3, low: 1.8, mean: 6.6, current: 6.4 },
    precipitationMm: 0.2,
    conditions: 'partly cloudy',
    humidityPercent: 58,
    windKmh: 7.6,
    observedAt: '2026-11-21T09:15:00.000Z',
    summary:
      'Seoul: 6.4 °C, partly cloudy, today 1.8 to 11.3 °C with 0.2 mm of precipitation, by Open-Meteo at 2026-11-21T09:15:00.000Z.',
  });
  expect(isReport(report)).toBe(true);
  expect(asked.map(({ pathname, searchParams }) => [pathname, Object.fromEntries(searchParams)])).toEqual([
    ['/v1/search', { name: 'Seoul', count: '20', language: 'en' }],
    [
      '/v1/forecast',
      {
        latitude: '37.566',
        longitude: '126.9784',
        timezone: 'auto',
        forecast_days: '1',
        current: 'temperature_2m,relative_humidity_2m,weather_code,wind_speed_10m',
        daily: 'temperature_2m_max,temperature_2m_min,precipitation_sum',
      },
    ],
  ]);
});

test('a report leaves out values that Open-Meteo does not have', async () => {
  const { country, country_code, ...nowhere } = seoul;
  const current = { ...forecast.current, relative_humidity_2m: null, wind_speed_10m: null, weather_code: 42 };
  answers.push({ results: [nowhere] }, { ...forecast, current });
  const report = await live('Nowhere');
  expect(isReport(report)).toBe(true);
  expect(report).not.toHaveProperty('country');
  expect(report).not.toHaveProperty('windKmh');
  expect(report).not.toHaveProperty('conditions');
});

test.each([
  ['Paris', 48.85],
  ['Paris, France', 48.85],
  ['Paris, Texas', 33.66],
  ['What is the weather in Paris, USA today?', 33.66],
])('%s is at latitude %d', async (location, latitude) => {
  answers.push({ results: [paris, texas] }, forecast);
  expect(await live(location)).toMatchObject({ latitude });
});

test('the table places a local name that the geocoder does not know', async () => {
  answers.push({}, forecast);
  expect(await live('서울')).toMatchObject({ location: 'Seoul', latitude: 37.57, source: 'open-meteo' });
});

test('an unknown place has no report', async () => {
  expect(await live('Atlantis')).toBeUndefined();
});

const found = { results: [seoul] };
test.each<[string, typeof answers, string]>([
  ['HTML', ['<html>'], 'sent an answer that cannot be used'],
  ['null', ['null'], 'sent an answer that cannot be used'],
  ['results that are no list', [{ results: 'none' }], 'sent an answer that cannot be used'],
  ['a place without coordinates', [{ results: [{ name: 'Seoul' }] }, forecast], 'sent an answer that cannot be used'],
  ['no current values', [found, { ...forecast, current: undefined }], 'sent an answer that cannot be used'],
  ['no days', [found, { ...forecast, daily: { ...forecast.daily, time: [] } }], 'sent an answer that cannot be used'],
  [
    'a time that is none',
    [found, { ...forecast, current: { ...forecast.current, time: 'now' } }],
    'sent an answer that cannot be used',
  ],
  [
    'a text instead of a number',
    [found, { ...forecast, current: { ...forecast.current, temperature_2m: '6' } }],
    'sent an answer that cannot be used',
  ],
  ['a megabyte', [{ padding: 'x'.repeat(1e6) }], 'sent more than 65536 characters'],
  ['429', [status(429)], 'answered 429'],
  ['500 for the forecast', [found, status(500)], 'answered 500'],
  ['a redirect', [status(302, { location: '/elsewhere' })], 'cannot be reached'],
  ['a closed connection', [(request) => void request.socket.destroy()], 'cannot be reached'],
])('%s is an error', async (_, given, problem) => {
  answers.push(...given);
  const error = await live('Seoul').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'UNAVAILABLE', message: `Open-Meteo ${problem}. Try again later.` });
  expect(asked).toHaveLength(given.length);
});

test.each<[string, RequestListener]>([
  ['answer', () => {}],
  ['end its answer', (_, response) => void response.write('{')],
])('a server that does not %s in time is an error', async (_, answer) => {
  answers.push(answer);
  await expect(live('Seoul', { timeoutMs: 50 })).rejects.toMatchObject({
    message: 'Open-Meteo did not answer within 50 ms. Try again later.',
  });
});

test('a cancelled task ends the request with the reason of its signal', async () => {
  const reason = new Error('canceled');
  const caller = new AbortController();
  answers.push(() => caller.abort(reason));
  await expect(live('Seoul', { signal: caller.signal })).rejects.toBe(reason);
});
