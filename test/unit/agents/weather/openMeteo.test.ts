import type { ServerResponse } from 'node:http';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { weatherOutputSchema } from '#agents/weather/schemas.ts';
import { createWeather, type WeatherOptions } from '#agents/weather/weather.ts';
import { forecast, parises, startOpenMeteo } from './openMeteoServer.ts';

const ajv = new Ajv2020({ strict: true });
addFormats.default(ajv);
const isReport = ajv.compile(weatherOutputSchema);
const november = () => new Date('2026-11-21T09:00:00Z');

describe('from Open-Meteo', () => {
  let server: Awaited<ReturnType<typeof startOpenMeteo>>;
  beforeEach(async () => {
    server = await startOpenMeteo();
  });
  afterEach(() => server[Symbol.asyncDispose]());

  function live(options: Partial<WeatherOptions> = {}) {
    const openMeteo = { geocodingUrl: server.url, forecastUrl: `${server.url}/` };
    return createWeather({ source: 'open-meteo', now: november, fetch, openMeteo, ...options });
  }

  test('a report is of now and today', async () => {
    const report = await live().report('Seoul');
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
      observedAt: '2026-11-21T18:15:00+09:00',
      summary:
        'Seoul: 6.4 °C, partly cloudy, today 1.8 to 11.3 °C with 0.2 mm of precipitation, by Open-Meteo at 2026-11-21T18:15:00+09:00.',
    });
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
  });

  test('it is asked as documented', async () => {
    await live().report('Seoul');
    expect(server.asked.map((url) => [url.pathname, Object.fromEntries(url.searchParams)])).toEqual([
      ['/v1/search', { name: 'Seoul', count: '20', language: 'en', format: 'json' }],
      [
        '/v1/forecast',
        {
          latitude: '37.566',
          longitude: '126.9784',
          current: 'temperature_2m,relative_humidity_2m,weather_code,wind_speed_10m',
          daily: 'temperature_2m_max,temperature_2m_min,precipitation_sum',
          timezone: 'auto',
          forecast_days: '1',
        },
      ],
    ]);
  });

  test.each([
    ['Paris', 48.85341],
    ['Paris, France', 48.85341],
    ['Paris, Texas', 33.66094],
    ['Paris, TX', 33.66094],
    ['Paris, TX, USA', 33.66094],
    ['What is the weather in Paris, Texas today?', 33.66094],
  ])('%s is the one at latitude %d', async (location, latitude) => {
    server.places.push(...parises);
    expect(await live().report(location)).toMatchObject({ latitude });
  });

  test.each(['서울', 'Tell me, is Seoul hot?'])(
    '%s, which the geocoder does not find, is placed by the table',
    async (location) => {
      expect(await live().report(location)).toMatchObject({ location: 'Seoul', latitude: 37.57, source: 'open-meteo' });
    },
  );

  test('what is not known for a place is left out', async () => {
    server.places.push({ ...parises[0], name: 'Nowhere', country: undefined, country_code: undefined });
    server.next.push({ body: { results: [server.places.at(-1)] } });
    server.next.push({
      body: {
        ...forecast,
        utc_offset_seconds: -12600,
        current: { ...forecast.current, relative_humidity_2m: null, wind_speed_10m: null, weather_code: 42 },
      },
    });
    const report = await live().report('Nowhere');
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    expect(Object.keys(report)).not.toEqual(expect.arrayContaining(['country']));
    expect(report).toMatchObject({ observedAt: '2026-11-21T18:15:00-03:30' });
    expect(report.summary).toMatch(/^Nowhere: 6.4 °C, today/);
  });

  test('an unknown place is an error that suggests one', async () => {
    await expect(live().report('Soul')).rejects.toMatchObject({
      code: 'UNKNOWN_LOCATION',
      message: '"Soul" is not a place that Open-Meteo knows. Did you mean Seoul?',
    });
  });

  test('a passing refusal is tried once more', async () => {
    server.next.push({
      status: 429,
      headers: { 'retry-after': '0' },
      body: { error: true, reason: 'Minutely API request limit exceeded.' },
    });
    expect(await live().report('Seoul')).toMatchObject({ source: 'open-meteo' });
    expect(server.asked).toHaveLength(3);
  });

  test.each([
    ['a second 429', [429, 429], '0', 2, /takes no more requests for now \(429\)/],
    ['a 429 that asks for an hour', [429], '3600', 1, /takes no more requests for now \(429\)/],
    ['a 429 that gives a date', [429], 'Wed, 21 Oct 2026 07:28:00 GMT', 1, /takes no more requests/],
    ['a 503 and a 500', [503, 500], '0', 2, /refused the request \(500\)/],
    ['a 400', [400], '0', 1, /refused the request \(400\)/],
  ])('%s is an error, not the normals', async (_, statuses, retryAfter, requests, message) => {
    for (const status of statuses)
      server.next.push({
        status,
        headers: { 'retry-after': retryAfter },
        body: { error: true, reason: 'secret detail' },
      });
    const error = await live()
      .report('Seoul')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'WeatherError', code: 'UNAVAILABLE', message: expect.stringMatching(message) });
    expect(error).toMatchObject({ cause: { message: expect.stringContaining('secret detail') } });
    expect(String(error)).not.toContain('secret detail');
    expect(server.asked).toHaveLength(requests);
  });

  test.each<[string, unknown, RegExp]>([
    ['HTML', '<html>', /not JSON/],
    ['a list', [], /not an object/],
    ['null', null, /not an object/],
    ['results of another kind', { results: 'none' }, /results is not a list/],
    ['a result without coordinates', { results: [{ name: 'Seoul' }] }, /latitude is not a number/],
    [
      'coordinates off the globe',
      { results: [{ name: 'Seoul', latitude: 937, longitude: 0 }] },
      /latitude is not a number/,
    ],
    ['a megabyte', { padding: 'x'.repeat(1e6) }, /more than 65536 bytes/],
  ])('%s from the geocoder is an error', async (_, body, message) => {
    server.next.push({ body });
    await expect(live().report('Seoul')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(message),
    });
  });

  test.each<[string, object, RegExp]>([
    ['no current values', { current: undefined }, /current is not an object/],
    ['no days', { daily: { ...forecast.daily, time: [] } }, /time is not a text/],
    ['a strange date', { daily: { ...forecast.daily, time: ['today'] } }, /not a date/],
    ['a strange time', { current: { ...forecast.current, time: 'now' } }, /not a time/],
    ['a missing high', { daily: { ...forecast.daily, temperature_2m_max: [null] } }, /temperature_2m_max/],
    ['an impossible temperature', { current: { ...forecast.current, temperature_2m: 4000 } }, /temperature_2m/],
    ['a text for a number', { current: { ...forecast.current, temperature_2m: '6' } }, /temperature_2m/],
  ])('a forecast with %s is an error', async (_, change, message) => {
    server.next.push({ body: { results: server.places } }, { body: { ...forecast, ...change } });
    await expect(live().report('Seoul')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(message),
    });
  });

  test('a redirect is not followed', async () => {
    server.next.push({ status: 302, headers: { location: `${server.url}/elsewhere` }, body: '' });
    await expect(live().report('Seoul')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.asked).toHaveLength(1);
  });

  test('a server that is not there is an error that says so', async () => {
    const openMeteo = { geocodingUrl: server.url, forecastUrl: server.url };
    await server[Symbol.asyncDispose]();
    await expect(live({ openMeteo }).report('Seoul')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'Open-Meteo cannot be reached; try again later.',
    });
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['never answers', () => {}],
    ['never ends its answer', (response) => void response.write('{')],
  ])('a server that %s is given up', async (_, answer) => {
    server.next.push(answer);
    await expect(live({ timeoutMs: 50 }).report('Seoul')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'Open-Meteo did not answer within 0.05 s; try again later.',
    });
  });

  test.each<[string, Parameters<typeof server.next.push>[0]]>([
    ['a request', () => {}],
    ['the pause before another', { status: 503, headers: { 'retry-after': '3' }, body: {} }],
  ])('a caller who gives up during %s gets their own reason', async (_, answer) => {
    const reason = new Error('the task was cancelled');
    const caller = new AbortController();
    server.next.push(answer);
    const report = live().report('Seoul', caller.signal);
    const settled = expect(report).rejects.toBe(reason);
    while (server.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    caller.abort(reason);
    await settled;
    expect(server.asked).toHaveLength(1);
  });

  test('nothing is asked for a caller who has given up before', async () => {
    await expect(live().report('Seoul', AbortSignal.abort('gone'))).rejects.toBe('gone');
    expect(server.asked).toEqual([]);
  });
});
