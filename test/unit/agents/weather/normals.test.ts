import { expect, test } from 'vitest';
import { cities, plain } from '#agents/weather/places.ts';

const each = cities.map((city) => [city.name, city] as const);

test('there are at least 48 cities, on every continent', () => {
  expect(cities.length).toBeGreaterThanOrEqual(48);
  const continents = new Set(cities.map(({ timeZone }) => timeZone.split('/')[0]));
  expect([...continents].sort()).toEqual(
    expect.arrayContaining(['Africa', 'America', 'Asia', 'Australia', 'Europe', 'Pacific']),
  );
});

test('no name or alias is used twice', () => {
  const names = cities.flatMap(({ name, aliases }) => [...new Set([name, ...aliases].map(plain))]);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('every name is one that can be looked up', () => {
  const names = cities.flatMap(({ name, aliases }) => [name, ...aliases]);
  expect(names.filter((name) => plain(name) === '')).toEqual([]);
});

test.each(each)('%s is described plausibly', (_, city) => {
  expect(city.countryCode).toMatch(/^[A-Z]{2}$/);
  expect(city.country.length).toBeGreaterThan(2);
  expect(() => new Intl.DateTimeFormat('en', { timeZone: city.timeZone })).not.toThrow();
  expect(Math.abs(city.latitude)).toBeLessThan(70);
  expect(Math.abs(city.longitude)).toBeLessThanOrEqual(180);
});

test.each(each)('%s lies where its time zone is', (_, city) => {
  // Sun time differs from the clock by less than 3.5 hours anywhere; a swapped sign or pair of coordinates does not.
  const hours = hoursOnTheClock(city.timeZone) - hoursOnTheClock('UTC');
  const apart = Math.abs(hours - city.longitude / 15);
  expect(Math.min(apart, 24 - apart)).toBeLessThan(3.5);
});

test.each(each)('%s has twelve plausible months', (_, { highC, lowC, precipitationMm }) => {
  expect([highC.length, lowC.length, precipitationMm.length]).toEqual([12, 12, 12]);
  for (const [month, high] of highC.entries()) {
    const low = lowC[month] ?? Number.NaN;
    expect(low).toBeLessThan(high);
    expect(high - low).toBeLessThan(20);
    expect(low).toBeGreaterThan(-30);
    expect(high).toBeLessThan(46);
    // No month is far from the one before: a digit lost in a table would be.
    expect(Math.abs(high - (highC.at(month - 1) ?? Number.NaN))).toBeLessThan(13);
    expect(Math.abs(low - (lowC.at(month - 1) ?? Number.NaN))).toBeLessThan(13);
  }
  expect(Math.min(...precipitationMm)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...precipitationMm)).toBeLessThan(1000);
});

test.each(each.filter(([, { latitude }]) => Math.abs(latitude) > 24))(
  '%s has its summer in the right half of the year',
  (_, city) => {
    const mean = (months: number[]) => months.reduce((sum, month) => sum + (city.highC[month] ?? Number.NaN), 0);
    const northernSummer = mean([5, 6, 7]) - mean([11, 0, 1]);
    expect(Math.sign(northernSummer)).toBe(Math.sign(city.latitude));
  },
);

/** What clocks there show, in hours since 1970, when it is noon in Greenwich on a day in January. */
function hoursOnTheClock(timeZone: string): number {
  const shown = new Date(Date.UTC(2026, 0, 15, 12)).toLocaleString('sv', { timeZone });
  return Date.parse(`${shown.replace(' ', 'T')}Z`) / 3_600_000;
}
