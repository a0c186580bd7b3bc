import { readSettings } from '#hosts/runtimes/settings.ts';
import { createStandaloneRuntime, type StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { compilePattern, matches, PatternIndex } from '#shared/patterns/index.ts';
import { answerJobs } from '../load-process.ts';
import { EVENTS_PER_CALL, order, RECORDS_PER_CALL } from './payloads.ts';
import type { InProcessJob, InProcessResult } from './protocol.ts';
import { ruleOf } from './rules.ts';

/** Callers at once, each of which waits until what it put is on the disk. */
const CALLERS = 32;
const RULES = 1000;
/** Different events that are matched in turn. */
const EVENTS = 5000;

answerJobs(({ what, folder, seconds }: InProcessJob): Promise<InProcessResult> => {
  switch (what) {
    case 'events':
      return onRuntime(folder, (runtime) => {
        let number = 0;
        return whileCalled(seconds, EVENTS_PER_CALL, async () => {
          const entries = Array.from({ length: EVENTS_PER_CALL }, () => ({
            source: 'shop.orders',
            detailType: 'OrderPlaced.v1',
            detail: order(number++),
          }));
          const refused = (await runtime.bus.put(entries)).filter((result) => 'error' in result);
          if (refused.length > 0) throw new Error('the bus refused events');
        });
      });
    case 'records':
      return onRuntime(folder, async (runtime) => {
        const stream = runtime.settings.artifactStream;
        await runtime.stream.create(stream, 4);
        const data = Buffer.from(JSON.stringify(order(1)));
        let number = 0;
        return whileCalled(seconds, RECORDS_PER_CALL, async () => {
          const partitionKeys = Array.from({ length: RECORDS_PER_CALL }, () => `customer-${number++ % 5000}`);
          await runtime.stream.put(
            stream,
            partitionKeys.map((partitionKey) => ({ partitionKey, data })),
          );
        });
      });
    case 'matching':
      return Promise.resolve(match(seconds));
    default:
      return what satisfies never;
  }
});

/** The mesh's own adapters, on a folder of their own, without the server around them. */
async function onRuntime<T>(folder: string, work: (runtime: StandaloneRuntime) => Promise<T>): Promise<T> {
  const nothing = () => {};
  const runtime = createStandaloneRuntime({
    settings: readSettings({ STARLING_DATA: folder }, false),
    log: { debug: nothing, info: nothing, warn: console.warn, error: console.error },
    metrics: { count: nothing, observe: nothing, text: async () => '', contentType: 'text/plain', flush: nothing },
    calls: { write: nothing },
    account: '000000000000',
    region: 'us-east-1',
    inline: { functionName: 'projector', queue: 'starling-local-projector' },
    functions: new Map(),
    streamRetention: () => 86_400_000,
    onFatal(error) {
      throw error;
    },
  });
  try {
    return await work(runtime);
  } finally {
    await runtime.database.close();
  }
}

async function whileCalled(seconds: number, each: number, call: () => Promise<void>): Promise<InProcessResult> {
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let calls = 0;
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (performance.now() < end) {
        await call();
        calls++;
      }
    }),
  );
  return { done: calls * each, seconds: (performance.now() - begin) / 1000 };
}

function match(seconds: number): InProcessResult {
  const index = new PatternIndex<number>();
  const patterns = Array.from({ length: RULES }, (_, number) => compilePattern(ruleOf(number)));
  for (const [number, pattern] of patterns.entries()) index.add(pattern, number);
  const events = Array.from({ length: EVENTS }, (_, number) => ({
    version: '0',
    id: `id-${number}`,
    'detail-type': 'OrderPlaced.v1',
    source: 'shop.orders',
    account: '000000000000',
    time: '2026-01-01T00:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: order(number),
  }));
  // What it finds is what trying every rule finds: a rate of wrong answers would be none.
  for (const event of events.slice(0, 200)) {
    const tried = patterns.filter((pattern) => matches(pattern, event)).length;
    if (index.match(event).size !== tried) throw new Error('the index of patterns finds others than the patterns');
  }
  let done = 0;
  const begin = performance.now();
  const end = begin + seconds * 1000;
  while (performance.now() < end) {
    for (const event of events) index.match(event);
    done += events.length;
  }
  return { done, seconds: (performance.now() - begin) / 1000 };
}
