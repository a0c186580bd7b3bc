import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cities } from '#agents/weather/cities.ts';
import { cityMeantBy, findCityIn, lookupCity, suggestCities } from '#agents/weather/lookup.ts';
import { placeIn } from '#agents/weather/names.ts';

describe('lookupCity', () => {
  test.each(cities.flatMap((city) => [city.name, ...city.aliases].map((name) => [name, city.name])))(
    '%s is %s',
    (name, city) => {
      expect(lookupCity(name)?.name).toBe(city);
      expect(lookupCity(`  ${name.toUpperCase()} `)?.name).toBe(city);
    },
  );

  test.each([
    ['seoul', 'Seoul'],
    ['Seoul, South Korea', 'Seoul'],
    ['Seoul, KR', 'Seoul'],
    ['seoul,korea', 'Seoul'],
    ['Seoul South Korea', 'Seoul'],
    ['SaoPaulo', 'São Paulo'],
    ['sao-paulo', 'São Paulo'],
    ['newyork', 'New York'],
    ['New York, NY', 'New York'],
    ['New York, NY, USA', 'New York'],
    ['Chicago, IL', 'Chicago'],
    ['Washington, D.C.', 'Washington'],
    ['London UK', 'London'],
    ['London, England', 'London'],
    ['munchen', 'Munich'],
    ['København', 'Copenhagen'],
    ['Rio de Janeiro, Brazil', 'Rio de Janeiro'],
    ['서울', 'Seoul'],
    ['東京', 'Tokyo'],
  ])('%s is %s', (text, city) => {
    expect(lookupCity(text)?.name).toBe(city);
  });

  test.each([
    '',
    ' ',
    ',',
    'Atlantis',
    'Paris, Texas',
    'London, ON',
    'Seoul, Japan',
    'Sydney, CA',
    'South Korea',
    '__proto__',
    'constructor',
  ])('%j is none', (text) => {
    expect(lookupCity(text)).toBeUndefined();
  });
});

describe('findCityIn', () => {
  test.each([
    ['What is the weather in Seoul?', 'Seoul'],
    ['weather in new york today', 'New York'],
    ['is Tokyo hot', 'Tokyo'],
    ['How wet is Ho Chi Minh City in May', 'Ho Chi Minh City'],
    ['서울의 날씨는 어때?', 'Seoul'],
    ['내일 부산 날씨', 'Busan'],
    ['東京の天気は?', 'Tokyo'],
    ['北京天气怎么样', 'Beijing'],
    ['Wie ist das Wetter in München?', 'Munich'],
    ['¿Qué tiempo hace en São Paulo?', 'São Paulo'],
    ['the weather in LA', 'Los Angeles'],
  ])('%s mentions %s', (text, city) => {
    expect(findCityIn(text)?.name).toBe(city);
  });

  test.each(['', 'What is the weather?', 'romeo and juliet', 'Seoulful music', 'a la carte', 'the parish'])(
    '%j mentions none',
    (text) => {
      expect(findCityIn(text)).toBeUndefined();
    },
  );
});

test.each([
  ['What is the weather in Seoul?', 'Seoul'],
  ['weather in new york today', 'new york'],
  ['What will the weather be like in Paris, Texas tomorrow, please?', 'Paris, Texas'],
  ['How hot is it in Ulsan right now?!', 'Ulsan'],
  ['forecast for Oslo', 'Oslo'],
  ['Seoul', 'Seoul'],
  [' Stow-on-the-Wold ', 'Stow-on-the-Wold'],
  ['Frankfurt am Main', 'Frankfurt am Main'],
  ['weather in today', 'weather in today'],
])('the place in %j is %j', (text, place) => {
  expect(placeIn(text)).toBe(place);
});

test.each([
  ['Seoul', 'Seoul'],
  ['Tell me, is Seoul hot?', 'Seoul'],
  ['What is the weather in Washington, DC?', 'Washington'],
  ['What is the weather in Paris, Texas?', undefined],
  ['paris, texas', undefined],
  ['What is the weather in Gotham?', undefined],
])('%j means %s', (text, city) => {
  expect(cityMeantBy(text)?.name).toBe(city);
});

test.each([
  ['Soul', 'Seoul'],
  ['Tokio', 'Tokyo'],
  ['Berlni', 'Berlin'],
  ['San Fransisco', 'San Francisco'],
  ['Johanesburg', 'Johannesburg'],
  ['What is the weather in Helsiki?', 'Helsinki'],
  ['Paris, Texas', 'Paris'],
  ['Rio de', 'Rio de Janeiro'],
])('for %j there is the suggestion %s', (text, city) => {
  expect(suggestCities(text)).toContain(city);
});

test('what is like no name gets no suggestion, and never more than asked for', () => {
  expect(suggestCities('Xyzzyqwk')).toEqual([]);
  expect(suggestCities('')).toEqual([]);
  expect(suggestCities('san', 1)).toHaveLength(1);
});

test('any text is answered', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const found = cityMeantBy(text);
      expect(found === undefined || cities.includes(found)).toBe(true);
      expect(suggestCities(text).length).toBeLessThanOrEqual(3);
    }),
  );
});
