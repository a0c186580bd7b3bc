import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import type { GaugeDefinition, GaugeSample } from '#shared/telemetry/prometheus.ts';
import { queueNames, undeliveredQueueName } from '#wiring/names.ts';
import type { Wiring } from '#wiring/types.ts';
import type { Admission } from './connections/admission.ts';

/** The numbers that an operator looks at first: messages that wait, and messages that failed. Read when the metrics are read. */
export function gauges(
  { functions, stage }: Wiring,
  runtime: () => Pick<StandaloneRuntime, 'queue' | 'quarantine' | 'clock' | 'wallClock' | 'retention'>,
): GaugeDefinition[] {
  const subscribed = functions.flatMap(({ name, subscriptions }) =>
    subscriptions.map((subscription) => ({ name, fifo: subscription.fifo, ...queueNames(stage, name, subscription) })),
  );
  const waiting = async (name: string, queue: string): Promise<GaugeSample> => {
    const { visible, inFlight } = await runtime().queue.depth(queue);
    return { labels: { function: name }, value: visible + inFlight };
  };
  return [
    {
      name: 'starling_queue_messages',
      help: "Messages in the functions' queues.",
      labels: ['function', 'state'],
      collect: async () =>
        (await Promise.all(subscribed.map(({ name, queue }) => depth(runtime(), name, queue)))).flat(),
    },
    {
      name: 'starling_queue_oldest_seconds',
      help: "Seconds for which a message of the function's queue could have been delivered and was not. 0: no message waits.",
      labels: ['function'],
      collect: () => Promise.all(subscribed.map(({ name, queue }) => oldest(runtime(), name, queue))),
    },
    {
      name: 'starling_dead_letters',
      help: "Messages in the functions' dead-letter queues.",
      labels: ['function'],
      collect: () => Promise.all(subscribed.map(({ name, deadLetterQueue }) => waiting(name, deadLetterQueue))),
    },
    {
      name: 'starling_undelivered',
      help: 'Events for a FIFO queue that have no usable message group.',
      labels: ['function'],
      collect: () =>
        Promise.all(
          subscribed
            .filter(({ fifo }) => fifo !== undefined)
            .map(({ name }) => waiting(name, undeliveredQueueName(stage, name))),
        ),
    },
    {
      name: 'starling_clock_ahead_seconds',
      help: "Seconds by which the mesh's clock is ahead of the machine's clock, after that was set back. 0 when they agree.",
      labels: [],
      collect: async () => [{ labels: {}, value: clockAhead(runtime()) }],
    },
    {
      name: 'starling_quarantine_events',
      help: 'Events in quarantine.',
      labels: [],
      collect: async () => [{ labels: {}, value: await runtime().quarantine.count() }],
    },
    {
      name: 'starling_store_bytes',
      help: 'Bytes of the store: in use (live), of the database file (file), and of its write-ahead log (log).',
      labels: ['what'],
      collect: () => storeBytes(runtime()),
    },
  ];
}

/** The load of the HTTP server. */
export function connectionGauges({ parts }: Pick<Admission, 'parts'>): GaugeDefinition[] {
  return [
    {
      name: 'starling_connections',
      help: 'Open connections, by whether they have shown a valid token.',
      labels: ['token'],
      collect: async () => [
        { labels: { token: 'yes' }, value: parts.connections.known },
        { labels: { token: 'no' }, value: parts.connections.newcomers },
      ],
    },
    {
      name: 'starling_unsent_bytes',
      help: 'Bytes of answers that clients have not taken.',
      labels: [],
      collect: async () => [{ labels: {}, value: parts.unsent.total }],
    },
    {
      name: 'starling_request_bytes',
      help: 'Bytes of the bodies of requests in work.',
      labels: [],
      collect: async () => [{ labels: {}, value: parts.bodies.total }],
    },
  ];
}

async function storeBytes({ retention: { size } }: Pick<StandaloneRuntime, 'retention'>): Promise<GaugeSample[]> {
  return [
    { labels: { what: 'live' }, value: size.live() },
    { labels: { what: 'file' }, value: await size.file() },
    { labels: { what: 'log' }, value: await size.log() },
  ];
}

async function oldest({ queue, clock }: Pick<StandaloneRuntime, 'queue' | 'clock'>, name: string, of: string) {
  const now = clock.now();
  const since = Math.min(now, (await queue.visibleSince(of)) ?? now);
  return { labels: { function: name }, value: (now - since) / 1000 };
}

async function depth(runtime: Pick<Runtime, 'queue'>, name: string, queue: string): Promise<GaugeSample[]> {
  const { visible, inFlight, delayed } = await runtime.queue.depth(queue);
  return [
    { labels: { function: name, state: 'visible' }, value: visible },
    { labels: { function: name, state: 'in-flight' }, value: inFlight },
    { labels: { function: name, state: 'delayed' }, value: delayed },
  ];
}

/** Seconds. */
function clockAhead({ clock, wallClock }: Pick<StandaloneRuntime, 'clock' | 'wallClock'>): number {
  return Math.max(0, clock.now() - wallClock.now()) / 1000;
}
