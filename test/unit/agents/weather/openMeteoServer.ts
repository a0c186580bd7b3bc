import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer =
  | { status?: number; headers?: Record<string, string>; body: unknown }
  | ((response: ServerResponse) => void);

/** A local Open-Meteo: it answers in the documented shapes, or as a test tells it to, and remembers what it was asked. */
export async function startOpenMeteo(): Promise<{
  url: string;
  asked: URL[];
  places: unknown[];
  next: Answer[];
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const asked: URL[] = [];
  const places: unknown[] = [seoul];
  const next: Answer[] = [];
  const server = createServer((request, response) => respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function respond(request: IncomingMessage, response: ServerResponse): void {
    const target = new URL(request.url ?? '/', url);
    asked.push(target);
    const answer = next.shift() ?? usual(target);
    if (typeof answer === 'function') {
      answer(response);
      return;
    }
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json; charset=utf-8', ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  }

  function usual(target: URL): Answer {
    if (target.pathname === '/v1/forecast') return { body: forecast };
    if (target.pathname !== '/v1/search') return { status: 404, body: { error: true, reason: 'Not Found' } };
    const name = target.searchParams.get('name')?.toLowerCase();
    const found = places.filter((place) => (place as { name: string }).name.toLowerCase() === name);
    // The real one leaves `results` out when it finds nothing.
    return { body: found.length > 0 ? { results: found, generationtime_ms: 0.7 } : { generationtime_ms: 0.5 } };
  }

  return {
    url,
    asked,
    places,
    next,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const seoul = {
  id: 1835848,
  name: 'Seoul',
  latitude: 37.566,
  longitude: 126.9784,
  elevation: 38,
  feature_code: 'PPLC',
  country_code: 'KR',
  admin1_id: 1835847,
  timezone: 'Asia/Seoul',
  population: 10349312,
  country_id: 1835841,
  country: 'South Korea',
  admin1: 'Seoul',
};

export const parises = [
  {
    ...seoul,
    id: 2988507,
    name: 'Paris',
    latitude: 48.85341,
    longitude: 2.3488,
    country_code: 'FR',
    country: 'France',
    admin1: 'Île-de-France',
  },
  {
    ...seoul,
    id: 4717560,
    name: 'Paris',
    latitude: 33.66094,
    longitude: -95.55551,
    country_code: 'US',
    country: 'United States',
    admin1: 'Texas',
    admin2: 'Lamar',
  },
];

export const forecast = {
  latitude: 37.55,
  longitude: 127,
  generationtime_ms: 0.08,
  utc_offset_seconds: 32400,
  timezone: 'Asia/Seoul',
  timezone_abbreviation: 'GMT+9',
  elevation: 34,
  current_units: {
    time: 'iso8601',
    interval: 'seconds',
    temperature_2m: '°C',
    relative_humidity_2m: '%',
    weather_code: 'wmo code',
    wind_speed_10m: 'km/h',
  },
  current: {
    time: '2026-11-21T18:15',
    interval: 900,
    temperature_2m: 6.4,
    relative_humidity_2m: 58,
    weather_code: 2,
    wind_speed_10m: 7.6,
  },
  daily_units: { time: 'iso8601', temperature_2m_max: '°C', temperature_2m_min: '°C', precipitation_sum: 'mm' },
  daily: { time: ['2026-11-21'], temperature_2m_max: [11.3], temperature_2m_min: [1.8], precipitation_sum: [0.2] },
};
