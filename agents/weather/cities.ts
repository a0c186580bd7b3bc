import normals from './normals.json' with { type: 'json' };

/** A city and its climate: twelve monthly values each, from January. */
export type City = {
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string;
  readonly country: string;
  readonly latitude: number;
  readonly longitude: number;
  /** IANA. */
  readonly timeZone: string;
  /** Other names and local ones, also in other scripts. */
  readonly aliases: readonly string[];
  /** What may follow the name besides the country, where people write that: `IL`, `Illinois`. */
  readonly regions: readonly string[];
  /** Mean daily maximum. */
  readonly highC: readonly number[];
  /** Mean daily minimum. */
  readonly lowC: readonly number[];
  /** Sum of the month. */
  readonly precipitationMm: readonly number[];
};

/** Rounded typical values, no official record: see the README. */
export const cities: readonly City[] = normals;
