import { unusable } from './boundedJson.ts';

/** A place that the geocoder found: https://open-meteo.com/en/docs/geocoding-api */
export type Place = {
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly country?: string;
  readonly countryCode?: string;
  /** From the state down to the municipality. */
  readonly regions: readonly string[];
};

/** What is asked of a forecast: https://open-meteo.com/en/docs */
export type Forecast = {
  readonly timeZone: string;
  readonly observedAt: string;
  readonly date: string;
  readonly current: number;
  readonly high: number;
  readonly low: number;
  readonly precipitationMm: number;
  readonly weatherCode: number;
  readonly humidityPercent?: number;
  readonly windKmh?: number;
};

type Fields = Readonly<Record<string, unknown>>;

/** Throws WeatherError UNAVAILABLE on anything but the documented shape. No `results` at all means that nothing was found. */
export function placesIn(answer: unknown): Place[] {
  const results = fieldsOf(answer, 'the answer').results ?? [];
  if (!Array.isArray(results)) throw unusable('results is not a list');
  return results.map((result: unknown) => {
    const fields = fieldsOf(result, 'a result');
    const [country, countryCode] = [fields.country, fields.country_code];
    return {
      name: text(fields, 'name'),
      latitude: number(fields, 'latitude', -90, 90),
      longitude: number(fields, 'longitude', -180, 180),
      ...(typeof country === 'string' && country !== '' && { country: country.slice(0, 200) }),
      ...(typeof countryCode === 'string' && /^[A-Z]{2}$/.test(countryCode) && { countryCode }),
      regions: ['admin1', 'admin2', 'admin3', 'admin4']
        .map((key) => fields[key])
        .filter((name) => typeof name === 'string'),
    };
  });
}

/** Throws WeatherError UNAVAILABLE on anything but the documented shape. */
export function forecastIn(answer: unknown): Forecast {
  const fields = fieldsOf(answer, 'the answer');
  const current = fieldsOf(fields.current, 'current');
  const daily = fieldsOf(fields.daily, 'daily');
  const today = Object.fromEntries(
    Object.entries(daily).map(([key, days]) => [key, Array.isArray(days) ? days[0] : days]),
  );
  const date = text(today, 'time');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw unusable('daily.time is not a date');
  return {
    timeZone: text(fields, 'timezone'),
    observedAt: withOffset(text(current, 'time'), number(fields, 'utc_offset_seconds', -86_400, 86_400)),
    date,
    current: number(current, 'temperature_2m', -100, 70),
    high: number(today, 'temperature_2m_max', -100, 70),
    low: number(today, 'temperature_2m_min', -100, 70),
    precipitationMm: number(today, 'precipitation_sum', 0, 5000),
    weatherCode: number(current, 'weather_code', 0, 99),
    ...optional('humidityPercent', current.relative_humidity_2m, 0, 100),
    ...optional('windKmh', current.wind_speed_10m, 0, 500),
  };
}

function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unusable(`${name} is not an object`);
  return value as Fields;
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string' || value === '' || value.length > 200) throw unusable(`${key} is not a text`);
  return value;
}

function number(fields: Fields, key: string, least: number, most: number): number {
  const value = fields[key];
  if (isBetween(value, least, most)) return value;
  throw unusable(`${key} is not a number from ${least} to ${most}`);
}

/** Where a model does not give a value Open-Meteo sends null. */
function optional<Key extends string>(key: Key, value: unknown, least: number, most: number): { [K in Key]?: number } {
  return isBetween(value, least, most) ? ({ [key]: value } as { [K in Key]: number }) : {};
}

function isBetween(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}

/** `2026-11-21T12:00`, which is local, as an RFC 3339 time. */
function withOffset(localTime: string, offsetSeconds: number): string {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(localTime)) throw unusable('current.time is not a time');
  const minutes = Math.abs(Math.trunc(offsetSeconds / 60));
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  const sign = offsetSeconds < 0 ? '-' : '+';
  return `${localTime}:00${sign}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}
