import { ConfigurationError } from '#shared/errors.ts';
import { WeatherError } from './errors.ts';
import { cityMeantBy, suggestCities } from './lookup.ts';
import { placeIn } from './names.ts';
import { currentWeather, findPlace, type OpenMeteoUrls, publicOpenMeteo } from './openMeteo.ts';
import { monthAt, reportFromNormals, type WeatherReport } from './report.ts';

export type WeatherSource = 'normals' | 'open-meteo';

export type WeatherOptions = {
  readonly source: WeatherSource;
  /** Which month's normals are given. */
  readonly now: () => Date;
  readonly fetch: typeof fetch;
  /** Default: the public hosts. */
  readonly openMeteo?: Partial<OpenMeteoUrls>;
  /** Of each request to Open-Meteo. Default: 5000. */
  readonly timeoutMs?: number;
};

export type Weather = {
  /**
   * The weather of a place, named ("Seoul, KR") or asked for in a sentence ("What is the weather in Seoul?").
   * Throws WeatherError; if `signal` is aborted, its reason.
   */
  report(location: string, signal?: AbortSignal): Promise<WeatherReport>;
};

/** A sentence, not an essay: what lies beyond is not looked at. */
const maxLocationLength = 300;
const defaultTimeoutMs = 5000;

/** Reads what `STARLING_WEATHER` may hold; unset and empty mean `normals`. Throws ConfigurationError. */
export function parseWeatherSource(value: string | undefined): WeatherSource {
  if (value === undefined || value === '') return 'normals';
  if (value === 'normals' || value === 'open-meteo') return value;
  throw new ConfigurationError(
    `STARLING_WEATHER is "${value}"; set it to open-meteo or normals, or leave it unset for normals.`,
  );
}

/** There is no silent way from one source to the other: who chose live weather gets it, or an error that says so. */
export function createWeather(options: WeatherOptions): Weather {
  const urls = checkedUrls({ ...publicOpenMeteo, ...options.openMeteo });
  const { fetch, timeoutMs = defaultTimeoutMs, now } = options;

  async function fromOpenMeteo(location: string, signal: AbortSignal | undefined): Promise<WeatherReport> {
    const request = { fetch, timeoutMs, signal };
    // The geocoder knows names, not sentences, and not every local name: there the table helps with the place.
    const place = (await findPlace(placeIn(location), urls, request)) ?? cityMeantBy(location);
    if (!place) throw unknownLocation(location, 'Open-Meteo');
    return currentWeather(place, urls, request);
  }

  async function fromNormals(location: string): Promise<WeatherReport> {
    const city = cityMeantBy(location);
    if (!city) throw unknownLocation(location, 'the table of climate normals');
    return reportFromNormals(city, monthAt(city.timeZone, now()));
  }

  return {
    async report(location, signal) {
      signal?.throwIfAborted();
      const text = location.slice(0, maxLocationLength);
      return options.source === 'open-meteo' ? fromOpenMeteo(text, signal) : fromNormals(text);
    },
  };
}

function unknownLocation(location: string, source: string): WeatherError {
  const name = placeIn(location).slice(0, 100);
  if (name === '') return new WeatherError('UNKNOWN_LOCATION', 'No location was named; name a city such as Seoul.');
  const suggestions = suggestCities(location);
  const advice =
    suggestions.length > 0
      ? `Did you mean ${suggestions.join(' or ')}?`
      : 'Name a city, with its country after a comma if several have that name.';
  return new WeatherError('UNKNOWN_LOCATION', `"${name}" is not a place that ${source} knows. ${advice}`);
}

/** Read at start, so that a slip of the pen does not wait for the first caller. */
function checkedUrls(urls: OpenMeteoUrls): OpenMeteoUrls {
  for (const url of Object.values(urls)) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new ConfigurationError(`The URL of Open-Meteo is "${url}"; it must begin with https:// or http://.`);
    }
  }
  return urls;
}
