import type { City } from './cities.ts';

/** What weatherOutputSchema describes. Temperatures in °C, precipitation in mm of the whole period. */
export type WeatherReport = {
  readonly location: string;
  readonly country?: string;
  readonly countryCode?: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly timeZone: string;
  readonly source: 'climate-normals' | 'open-meteo';
  readonly period: string;
  readonly temperatureC: {
    readonly high: number;
    readonly low: number;
    readonly mean: number;
    readonly current?: number;
  };
  readonly precipitationMm: number;
  readonly conditions?: string;
  readonly humidityPercent?: number;
  readonly windKmh?: number;
  readonly observedAt?: string;
  readonly summary: string;
};

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** The climate normal of a month, which counts from 1. Throws RangeError for any other. */
export function reportFromNormals(city: City, month: number): WeatherReport {
  const index = month - 1;
  const [period, high, low] = [months[index], city.highC[index], city.lowC[index]];
  const precipitationMm = city.precipitationMm[index];
  if (period === undefined || high === undefined || low === undefined || precipitationMm === undefined) {
    throw new RangeError(`A month is a whole number from 1 to 12, not ${month}.`);
  }
  return {
    location: city.name,
    country: city.country,
    countryCode: city.countryCode,
    latitude: city.latitude,
    longitude: city.longitude,
    timeZone: city.timeZone,
    source: 'climate-normals',
    period,
    temperatureC: { high, low, mean: midway(high, low) },
    precipitationMm,
    summary:
      `${city.name} in ${period}: usually ${low} to ${high} °C and ${precipitationMm} mm of precipitation in the month, ` +
      `by the long-term climate normal for ${period}, which is not a forecast.`,
  };
}

/** The month (from 1) that it is at a place: on the 31st in Honolulu it may be the 1st in Auckland. */
export function monthAt(timeZone: string, at: Date): number {
  return Number(new Intl.DateTimeFormat('en', { month: 'numeric', timeZone }).format(at));
}

export function midway(high: number, low: number): number {
  return Math.round((high + low) * 5) / 10;
}
