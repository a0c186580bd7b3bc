import { getJson, type JsonRequest } from './boundedJson.ts';
import { qualifies, splitPlace } from './names.ts';
import { type Forecast, forecastIn, type Place, placesIn } from './openMeteoAnswers.ts';
import { midway, type WeatherReport } from './report.ts';
import { conditionsOf } from './weatherCodes.ts';

/** Where Open-Meteo is: its public hosts, a self-hosted one, or a test's. Each without `/v1/…`. */
export type OpenMeteoUrls = { readonly geocodingUrl: string; readonly forecastUrl: string };

export const publicOpenMeteo: OpenMeteoUrls = {
  geocodingUrl: 'https://geocoding-api.open-meteo.com',
  forecastUrl: 'https://api.open-meteo.com',
};

/** How many places of one name are looked through for the one in the country that was named. */
const candidates = 20;

/** The best known place of that name which what follows its commas describes: `Paris, Texas`. Throws WeatherError UNAVAILABLE. */
export async function findPlace(text: string, urls: OpenMeteoUrls, request: JsonRequest): Promise<Place | undefined> {
  const { name, qualifiers } = splitPlace(text);
  if (name === '') return undefined;
  const url = endpoint(urls.geocodingUrl, '/v1/search', { name, count: candidates, language: 'en', format: 'json' });
  const places = placesIn(await getJson(url, request));
  return places.find((place) => qualifies(qualifiers, place));
}

/** The weather now and today's range. Throws WeatherError UNAVAILABLE. */
export async function currentWeather(place: Place, urls: OpenMeteoUrls, request: JsonRequest): Promise<WeatherReport> {
  const url = endpoint(urls.forecastUrl, '/v1/forecast', {
    latitude: place.latitude,
    longitude: place.longitude,
    current: 'temperature_2m,relative_humidity_2m,weather_code,wind_speed_10m',
    daily: 'temperature_2m_max,temperature_2m_min,precipitation_sum',
    timezone: 'auto',
    forecast_days: 1,
  });
  return reportFrom(place, forecastIn(await getJson(url, request)));
}

function reportFrom(place: Place, forecast: Forecast): WeatherReport {
  const { high, low, current, precipitationMm, humidityPercent, windKmh } = forecast;
  const conditions = conditionsOf(forecast.weatherCode);
  return {
    location: place.name,
    ...(place.country !== undefined && { country: place.country }),
    ...(place.countryCode !== undefined && { countryCode: place.countryCode }),
    latitude: place.latitude,
    longitude: place.longitude,
    timeZone: forecast.timeZone,
    source: 'open-meteo',
    period: forecast.date,
    temperatureC: { high, low, mean: midway(high, low), current },
    precipitationMm,
    ...(conditions !== undefined && { conditions }),
    ...(humidityPercent !== undefined && { humidityPercent }),
    ...(windKmh !== undefined && { windKmh }),
    observedAt: forecast.observedAt,
    summary:
      `${place.name}: ${current} °C${conditions === undefined ? '' : `, ${conditions}`}, today ${low} to ${high} °C ` +
      `with ${precipitationMm} mm of precipitation, by Open-Meteo at ${forecast.observedAt}.`,
  };
}

function endpoint(base: string, path: string, parameters: Readonly<Record<string, string | number>>): URL {
  const url = new URL(base.replace(/\/+$/, '') + path);
  for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, String(value));
  return url;
}
