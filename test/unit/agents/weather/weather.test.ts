import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { handler } from '#agents/weather/handler.ts';
import { normalsOf } from '#agents/weather/normals.ts';
import { cities, findCity } from '#agents/weather/places.ts';

const ajv = new Ajv2020({ strict: true });
addFormats.default(ajv);
const isReport = ajv.compile(handler.definition.skills[0]?.output ?? false);
const november = new Date('2026-11-21T09:00:00Z');

describe('places', () => {
  test.each(cities.flatMap((city) => [city.name, ...city.aliases].map((name) => [name, city.name])))(
    '%s is %s',
    (name, city) => {
      expect(findCity(`  ${name.toUpperCase()} `)?.name).toBe(city);
    },
  );

  test.each([
    ['Seoul, South Korea', 'Seoul'],
    ['seoul,korea', 'Seoul'],
    ['sao-paulo', 'São Paulo'],
    ['newyork', 'New York'],
    ['New York, NY, USA', 'New York'],
    ['Chicago, IL', 'Chicago'],
    ['Washington, D.C.', 'Washington'],
    ['London, UK', 'London'],
    ['København', 'Copenhagen'],
    ['What is the weather in Seoul?', 'Seoul'],
    ['weather in new york today, please', 'New York'],
    ['How hot is it in London, England right now?!', 'London'],
    ['', undefined],
    [',', undefined],
    ['Atlantis', undefined],
    ['Paris, Texas', undefined],
    ['What is the weather in Paris, Texas?', undefined],
    ['Seoul, Japan', undefined],
    ['What is the weather?', undefined],
    ['constructor', undefined],
  ])('%j is %s', (text, city) => {
    expect(findCity(text)?.name).toBe(city);
  });
});

describe('normals', () => {
  test('a report is of the month, and says that it is no forecast', () => {
    expect(normalsOf('seoul', november)).toEqual({
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

  test('the month is that of the city', () => {
    const newYear = new Date('2026-12-31T12:00:00Z');
    expect(normalsOf('Auckland', newYear)).toMatchObject({ period: 'January' });
    expect(normalsOf('Honolulu', newYear)).toMatchObject({ period: 'December' });
  });

  test.each(cities.map(({ name }) => name))('each month of %s fits the output schema', (name) => {
    for (let month = 0; month < 12; month++) {
      const report = normalsOf(name, new Date(Date.UTC(2026, month, 15)));
      expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    }
  });
});

describe('STARLING_WEATHER', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
  });

  test('names the choices when it holds another source', async () => {
    vi.resetModules();
    vi.stubEnv('STARLING_WEATHER', 'OpenMeteo');
    await expect(import('#agents/weather/handler.ts')).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: 'STARLING_WEATHER is "OpenMeteo". Set it to open-meteo or normals.',
    });
  });
});
