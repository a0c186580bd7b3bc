import { findCity } from './places.ts';

/** The climate normal of a city's current month. `undefined` where the table lacks the city. */
export function normalsOf(location: string, now: Date) {
  const city = findCity(location);
  if (!city) return undefined;
  const { name, country, countryCode, latitude, longitude, timeZone, highC, lowC, precipitationMm } = city;
  const inMonth = (month: 'long' | 'numeric') => new Intl.DateTimeFormat('en', { month, timeZone }).format(now);
  const [period, index] = [inMonth('long'), Number(inMonth('numeric')) - 1];
  const [high = Number.NaN, low = Number.NaN, rain = Number.NaN] = [highC[index], lowC[index], precipitationMm[index]];
  return {
    ...{ location: name, country, countryCode, latitude, longitude, timeZone, source: 'climate-normals', period },
    temperatureC: { high, low, mean: Math.round((high + low) * 5) / 10 },
    precipitationMm: rain,
    summary:
      `${name} in ${period}: usually ${low} to ${high} °C and ${rain} mm of precipitation in the month, ` +
      `by the long-term climate normal for ${period}, which is not a forecast.`,
  };
}
