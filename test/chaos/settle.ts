import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { A2AClient } from './a2a-client.ts';
import { messagesIn } from './queues.ts';

/** Between two looks, in milliseconds. */
const LOOK = 250;

/** What is left when nothing moves any more. */
export interface Rest {
  /** Dead letters by function, where there are any. */
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly quarantined: number;
}

/**
 * Waits until no queue has a message left, save for dead letters.
 *
 * @param patience milliseconds
 * @throws Error that names the queues which have messages still
 */
export async function settle(
  client: A2AClient,
  sqs: SQSClient,
  urls: readonly string[],
  patience: number,
): Promise<Rest> {
  const until = performance.now() + patience;
  for (;;) {
    const metrics = await (await client.admin('/metrics')).text();
    const functions = samples(metrics, 'starling_queue_messages').filter(([, count]) => count > 0);
    const made = await Promise.all(
      urls.map(async (url): Promise<[string, number]> => [url, await messagesIn(sqs, url)]),
    );
    const busy = [...functions, ...made.filter(([, count]) => count > 0)];
    if (busy.length === 0) {
      const deadLetters = samples(metrics, 'starling_dead_letters').filter(([, count]) => count > 0);
      const [[, quarantined] = ['', 0]] = samples(metrics, 'starling_quarantine_events');
      return { deadLetters: Object.fromEntries(deadLetters), quarantined };
    }
    if (performance.now() > until) throw new Error(`There are messages left: ${JSON.stringify(busy)}`);
    await sleep(LOOK);
  }
}

/** The values of a gauge, by function and whatever other labels there are. */
function samples(metrics: string, name: string): [string, number][] {
  const lines = metrics.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.map((line) => {
    const labels = [...line.matchAll(/="([^"]*)"/g)].map(([, value]) => value);
    return [labels.join(' '), Number(line.slice(line.lastIndexOf(' ')))];
  });
}
