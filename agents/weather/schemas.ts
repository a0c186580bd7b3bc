/** The skill's input, as JSON Schema 2020-12. */
export const weatherInputSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'WeatherInput',
  type: 'object',
  properties: {
    location: {
      type: 'string',
      minLength: 1,
      maxLength: 100,
      description:
        'A city, with its country where the name alone may mean several: "Seoul", "Seoul, South Korea", "Seoul, KR".',
    },
  },
  required: ['location'],
  additionalProperties: false,
} as const;

/** The skill's output: a WeatherReport. */
export const weatherOutputSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'WeatherReport',
  type: 'object',
  properties: {
    location: { type: 'string', minLength: 1, description: 'The city that was found.' },
    country: { type: 'string', description: 'Its country; absent where the source names none.' },
    countryCode: { type: 'string', pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2.' },
    latitude: { type: 'number', minimum: -90, maximum: 90 },
    longitude: { type: 'number', minimum: -180, maximum: 180 },
    timeZone: { type: 'string', description: 'IANA time zone of the place.' },
    source: {
      type: 'string',
      enum: ['climate-normals', 'open-meteo'],
      description: 'climate-normals: the long-term average of the month, not a forecast. open-meteo: live.',
    },
    period: {
      type: 'string',
      description: 'What the temperatures and the precipitation are of: a month ("November") or a day ("2026-11-21").',
    },
    temperatureC: {
      type: 'object',
      properties: {
        high: { type: 'number', description: 'Highest of the day, or the mean of the daily highs of the month.' },
        low: { type: 'number' },
        mean: { type: 'number', description: 'Midway between high and low.' },
        current: { type: 'number', description: 'Only from a live source.' },
      },
      required: ['high', 'low', 'mean'],
      additionalProperties: false,
    },
    precipitationMm: { type: 'number', minimum: 0, description: 'Sum of the period.' },
    conditions: { type: 'string', description: 'Current, in words; only from a live source.' },
    humidityPercent: { type: 'number', minimum: 0, maximum: 100 },
    windKmh: { type: 'number', minimum: 0 },
    observedAt: { type: 'string', format: 'date-time', description: 'When the current values were observed.' },
    summary: { type: 'string', description: 'One sentence for a person, which says where the values come from.' },
  },
  required: [
    'location',
    'latitude',
    'longitude',
    'timeZone',
    'source',
    'period',
    'temperatureC',
    'precipitationMm',
    'summary',
  ],
  additionalProperties: false,
} as const;
