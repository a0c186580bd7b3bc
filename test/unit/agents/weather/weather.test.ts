import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { cities } from '#agents/weather/cities.ts';
import { monthAt, reportFromNormals } from '#agents/weather/report.ts';
import { weatherInputSchema, weatherOutputSchema } from '#agents/weather/schemas.ts';
import { createWeather, parseWeatherSource } from '#agents/weather/weather.ts';
import { ConfigurationError } from '#shared/errors.ts';

const ajv = new Ajv2020({ strict: true });
addFormats.default(ajv);
const isReport = ajv.compile(weatherOutputSchema);
const isInput = ajv.compile(weatherInputSchema);
const november = () => new Date('2026-11-21T09:00:00Z');
const unused: typeof fetch = () => Promise.reject(new Error('the normals need no network'));

test.each([
  [{ location: 'Seoul' }, true],
  [{ location: '' }, false],
  [{ location: 'x'.repeat(101) }, false],
  [{ location: 5 }, false],
  [{}, false],
  [{ location: 'Seoul', units: 'K' }, false],
])('the input %j is valid: %s', (input, valid) => {
  expect(isInput(input)).toBe(valid);
});

describe('from the climate normals', () => {
  const weather = createWeather({ source: 'normals', now: november, fetch: unused });

  test('a report is of the month that it is, and says that it is no forecast', async () => {
    expect(await weather.report('seoul')).toEqual({
      location: 'Seoul',
      country: 'South Korea',
      countryCode: 'KR',
      latitude: 37.57,
      longitude: 126.98,
      timeZone: 'Asia/Seoul',
      source: 'climate-normals',
      period: 'November',
      temperatureC: { high: 11.9, low: 3.5, mean: 7.7 },
      precipitationMm: 51,
      summary:
        'Seoul in November: usually 3.5 to 11.9 °C and 51 mm of precipitation in the month, by the long-term climate normal for November, which is not a forecast.',
    });
  });

  test('a sentence names the place as well', async () => {
    expect(await weather.report('What is the weather in Cape Town today?')).toMatchObject({ location: 'Cape Town' });
  });

  test('the month is that of the place', async () => {
    const newYear = createWeather({ source: 'normals', now: () => new Date('2026-12-31T12:00:00Z'), fetch: unused });
    expect(await newYear.report('Auckland')).toMatchObject({ period: 'January' });
    expect(await newYear.report('Honolulu')).toMatchObject({ period: 'December' });
    expect(monthAt('Asia/Seoul', new Date('2026-06-30T15:00:00Z'))).toBe(7);
  });

  test('every report of every city and month fits the output schema', () => {
    for (const city of cities) {
      for (let month = 1; month <= 12; month++) expect(isReport(reportFromNormals(city, month)), city.name).toBe(true);
    }
  });

  test.each([0, 13, 1.5])('month %d is an error', (month) => {
    const [city] = cities;
    expect(() => city && reportFromNormals(city, month)).toThrow(RangeError);
  });

  test.each([
    ['Soul', /"Soul" is not a place.*Did you mean Seoul/],
    ['What is the weather in Gotham?', /"Gotham" is not a place.*Name a city/],
    ['Paris, Texas', /"Paris, Texas" is not a place.*Did you mean Paris/],
    ['', /No location was named/],
    ['?!', /not a place/],
  ])('%j is unknown, with what to do', async (location, message) => {
    await expect(weather.report(location)).rejects.toMatchObject({
      name: 'WeatherError',
      code: 'UNKNOWN_LOCATION',
      message: expect.stringMatching(message),
    });
  });

  test('a very long text is cut in the message', async () => {
    const error = await weather.report('x'.repeat(1e6)).catch((thrown: unknown) => thrown);
    expect(String(error).length).toBeLessThan(400);
  });
});

test.each([
  [undefined, 'normals'],
  ['', 'normals'],
  ['normals', 'normals'],
  ['open-meteo', 'open-meteo'],
] as const)('STARLING_WEATHER=%s is %s', (value, source) => {
  expect(parseWeatherSource(value)).toBe(source);
});

test('another source or URL is refused at start, with the choices', () => {
  expect(() => parseWeatherSource('OpenMeteo')).toThrow(/STARLING_WEATHER is "OpenMeteo".*open-meteo or normals/);
  const openMeteo = { geocodingUrl: 'file:///etc/passwd' };
  expect(() => createWeather({ source: 'open-meteo', now: november, fetch: unused, openMeteo })).toThrow(
    ConfigurationError,
  );
});
