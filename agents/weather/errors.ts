import { StarlingError } from '#shared/errors.ts';

/**
 * Why there is no weather report. Stable.
 *
 * - `UNKNOWN_LOCATION`: no such place in the source that was chosen; asking again gives the same
 * - `UNAVAILABLE`: the live source did not answer, or not usably; asking later may help
 */
export type WeatherCode = 'UNKNOWN_LOCATION' | 'UNAVAILABLE';

export class WeatherError extends StarlingError {
  declare readonly code: WeatherCode;

  constructor(code: WeatherCode, message: string, options?: { cause?: unknown }) {
    super(code, message, options);
  }
}
