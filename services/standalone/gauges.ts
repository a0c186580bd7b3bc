import type { Runtime } from '../../shared/runtime/runtime.ts';
import type { GaugeDefinition, GaugeSample } from '../../shared/telemetry/prometheus.ts';
import { deadLetterQueueName, queueName } from '../../shared/wiring/names.ts';
import type { Wiring } from './wiring/types.ts';

/** What an operator looks at first: how much waits, and what was given up. Looked up when the metrics are read. */
export function gauges(
  { functions, stage }: Wiring,
  runtime: () => Pick<Runtime, 'queue' | 'quarantine'>,
): GaugeDefinition[] {
  const subscribed = functions.filter(({ subscriptions }) => subscriptions.length > 0).map(({ name }) => name);
  return [
    {
      name: 'starling_queue_messages',
      help: "Messages in the functions' queues.",
      labels: ['function', 'state'],
      collect: async () => (await Promise.all(subscribed.map((name) => depth(runtime(), stage, name)))).flat(),
    },
    {
      name: 'starling_dead_letters',
      help: "Messages in the functions' dead-letter queues.",
      labels: ['function'],
      collect: () =>
        Promise.all(
          subscribed.map(async (name) => {
            const { visible, inFlight } = await runtime().queue.depth(deadLetterQueueName(stage, name));
            return { labels: { function: name }, value: visible + inFlight };
          }),
        ),
    },
    {
      name: 'starling_quarantine_events',
      help: 'Events in quarantine.',
      labels: [],
      collect: async () => [{ labels: {}, value: await runtime().quarantine.count() }],
    },
  ];
}

async function depth({ queue }: Pick<Runtime, 'queue'>, stage: string, name: string): Promise<GaugeSample[]> {
  const { visible, inFlight, delayed } = await queue.depth(queueName(stage, name));
  return [
    { labels: { function: name, state: 'visible' }, value: visible },
    { labels: { function: name, state: 'in-flight' }, value: inFlight },
    { labels: { function: name, state: 'delayed' }, value: delayed },
  ];
}
