import { type AgentTask, defineAgent, skill, TaskRejected } from '#shared/agent/index.ts';
import { WeatherError } from './errors.ts';
import { weatherInputSchema, weatherOutputSchema } from './schemas.ts';
import { createWeather, parseWeatherSource } from './weather.ts';

const weather = createWeather({
  source: parseWeatherSource(process.env.STARLING_WEATHER),
  now: () => new Date(),
  fetch,
});

/** Tells the weather of a city: live from Open-Meteo if STARLING_WEATHER says so, else from the climate normals it ships with. */
export const handler = defineAgent({
  name: 'Weather',
  description: 'Tells the weather of a city, live or as it usually is in this month, and says which.',
  version: '1.0.0',
  public: true,
  skills: [
    skill<{ location: string }>({
      id: 'get_weather',
      name: 'Get weather',
      description: 'Gives the weather of a place: temperature, precipitation and a sentence about them.',
      tags: ['weather', 'example'],
      examples: ['What is the weather in Seoul?', 'Reykjavik'],
      input: weatherInputSchema,
      output: weatherOutputSchema,
      handler: ({ location }, task) => report(location, task),
    }),
  ],
  handler: async (task) => {
    const { location } = (task.input ?? {}) as { location?: unknown };
    if (typeof location === 'string') return report(location, task);
    if (task.text.trim() === '') throw new TaskRejected('Name a city, such as "Seoul" or "Paris, FR".');
    return (await report(task.text, task)).summary;
  },
});

async function report(location: string, task: AgentTask) {
  try {
    return await weather.report(location, task.signal);
  } catch (error) {
    if (error instanceof WeatherError && error.code === 'UNKNOWN_LOCATION')
      throw new TaskRejected(error.message, { cause: error });
    throw error;
  }
}
