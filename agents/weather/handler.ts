import { type AgentTask, defineAgent, skill, TaskRejected } from '#shared/agent/index.ts';
import { ConfigurationError } from '#shared/errors.ts';
import { normalsOf } from './normals.ts';
import { liveWeather } from './open-meteo.ts';
import output from './output.schema.json' with { type: 'json' };

const source = process.env.STARLING_WEATHER?.trim() || 'normals';
if (source !== 'normals' && source !== 'open-meteo') {
  throw new ConfigurationError(`STARLING_WEATHER is "${source}". Set it to open-meteo or normals.`);
}
const advice = 'Name a city, such as "Seoul" or "Paris, FR".';
const description = 'A city, with its country where several have the name: "Seoul", "Seoul, South Korea", "Seoul, KR".';
const location = { type: 'string', minLength: 1, maxLength: 100, description };

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
      input: { type: 'object', properties: { location }, required: ['location'], additionalProperties: false },
      output,
      handler: ({ location }, task) => report(location, task),
    }),
  ],
  handler: async (task) => {
    const { location } = (task.input ?? {}) as { location?: unknown };
    return typeof location === 'string' ? report(location, task) : (await report(task.text, task)).summary;
  },
});

/** A failing Open-Meteo fails the attempt. Whoever chose live weather never gets an average instead. */
async function report(text: string, { signal }: AgentTask) {
  const place = text.trim().slice(0, 300);
  if (place === '') throw new TaskRejected(advice);
  const live = source === 'open-meteo';
  const found = live ? await liveWeather(place, { fetch, signal, timeoutMs: 5000 }) : normalsOf(place, new Date());
  if (found) return found;
  throw new TaskRejected(`The place "${place.slice(0, 100)}" is unknown. ${advice}`);
}
