import { type Schema, Validator } from '@cfworker/json-schema';
import { StarlingError } from '#shared/errors.ts';
import outputSchema from './output.schema.json' with { type: 'json' };
import { findCity, fits, type Place, splitPlace } from './places.ts';
import conditions from './weather-codes.json' with { type: 'json' };

export type Request = { readonly fetch: typeof fetch; readonly signal: AbortSignal; readonly timeoutMs: number };
/** https://open-meteo.com/en/docs/geocoding-api. There are no `results` where it finds nothing. */
type Found = Place & { readonly country_code?: string; readonly admin1?: string; readonly admin2?: string };
/** https://open-meteo.com/en/docs. Humidity and wind are null where a model lacks them. `current.time` is local. */
type Forecast = { readonly timezone: string; readonly utc_offset_seconds: number } & {
  current: Record<'temperature_2m' | 'relative_humidity_2m' | 'weather_code' | 'wind_speed_10m', number>;
  daily: Record<'temperature_2m_max' | 'temperature_2m_min' | 'precipitation_sum', [number]>;
} & { current: { time: string }; daily: { time: [string] } };

/** Ten times what Open-Meteo sends for one place and one day. */
const MAX_CHARACTERS = 64 * 1024;
/** The mesh makes another attempt. */
const unavailable = (problem: string, cause?: unknown) =>
  new StarlingError('UNAVAILABLE', `Open-Meteo ${problem}. Try again later.`, { cause });
const schema = new Validator(outputSchema as Schema, '2020-12');

/** The weather at a place now, and today's range. `undefined` where Open-Meteo does not know the place. */
export async function liveWeather(location: string, request: Request) {
  const { name, qualifiers } = splitPlace(location);
  const search = `https://geocoding-api.open-meteo.com/v1/search?name=${encodeURIComponent(name)}&count=20&language=en`;
  const found = await ask(search, request, ({ results = [] }: { results?: Found[] }) =>
    results.map(placeOf).find((place) => fits(place, qualifiers)),
  );
  // The geocoder does not know every local name.
  const place = found ?? findCity(location);
  if (!place) return undefined;
  const url =
    `https://api.open-meteo.com/v1/forecast?latitude=${place.latitude}&longitude=${place.longitude}&timezone=auto` +
    '&current=temperature_2m,relative_humidity_2m,weather_code,wind_speed_10m&forecast_days=1' +
    '&daily=temperature_2m_max,temperature_2m_min,precipitation_sum';
  return ask(url, request, (forecast: Forecast) => reportOf(place, forecast));
}

function placeOf({ country_code: countryCode, admin1 = '', admin2 = '', ...place }: Found): Place {
  return { ...place, countryCode, regions: [admin1, admin2] };
}

function reportOf({ name, country, countryCode, latitude, longitude }: Place, forecast: Forecast) {
  const { current, daily, timezone: timeZone, utc_offset_seconds: offset } = forecast;
  const [high, low, rain] = [daily.temperature_2m_max[0], daily.temperature_2m_min[0], daily.precipitation_sum[0]];
  const observedAt = new Date(Date.parse(`${current.time}Z`) - offset * 1000).toISOString();
  const words = (conditions as Readonly<Record<string, string>>)[current.weather_code];
  const place = { location: name, country, countryCode, latitude, longitude, timeZone, period: daily.time[0] };
  const now = { conditions: words, humidityPercent: current.relative_humidity_2m, windKmh: current.wind_speed_10m };
  const known = Object.entries({ ...place, ...now }).filter(([, value]) => value !== undefined && value !== null);
  const report = {
    ...Object.fromEntries(known),
    source: 'open-meteo',
    temperatureC: { high, low, mean: Math.round((high + low) * 5) / 10, current: current.temperature_2m },
    precipitationMm: rain,
    observedAt,
    summary:
      `${name}: ${current.temperature_2m} °C${words ? `, ${words}` : ''}, today ${low} to ${high} °C ` +
      `with ${rain} mm of precipitation, by Open-Meteo at ${observedAt}.`,
  };
  const error = schema.validate(report).errors.at(-1);
  if (error) throw new TypeError(`${error.instanceLocation}: ${error.error}`);
  return report;
}

async function ask<Answer, Result>(url: string, request: Request, read: (answer: Answer) => Result): Promise<Result> {
  const text = await textAt(url, request);
  try {
    return read(JSON.parse(text));
  } catch (cause) {
    throw unavailable('sent an answer that cannot be used', cause);
  }
}

async function textAt(url: string, { fetch, signal, timeoutMs }: Request): Promise<string> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    // A redirect could lead into a private network. Open-Meteo sends none.
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.any([signal, timeout]) });
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > MAX_CHARACTERS) throw unavailable(`sent more than ${MAX_CHARACTERS} characters`);
    }
    if (!response.ok) throw unavailable(`answered ${response.status}`, text.slice(0, 500));
    return text;
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof StarlingError) throw cause;
    throw unavailable(timeout.aborted ? `did not answer within ${timeoutMs} ms` : 'cannot be reached', cause);
  }
}
