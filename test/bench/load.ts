import { randomUUID } from 'node:crypto';
import { createHistogram } from 'node:perf_hooks';
import autocannon from 'autocannon';
import { isEcho, sendMessage } from './answer.ts';
import type { LoadJob, LoadResult } from './load-protocol.ts';

/** Milliseconds between autocannon's looks at the time. */
const SAMPLE = 100;
const EXAMPLE_LENGTH = 300;

async function load({ url, headers, connections, seconds }: LoadJob): Promise<LoadResult> {
  // Autocannon's own histogram knows whole milliseconds only.
  const micros = createHistogram();
  const wrong = { status: 0, body: 0 };
  let right = 0;
  let example: string | undefined;
  let end = performance.now();
  const begin = end;
  const instance = autocannon({
    url,
    headers,
    connections,
    method: 'POST',
    duration: seconds,
    sampleInt: SAMPLE,
    requests: [
      {
        setupRequest(request, context) {
          // Random, as clients make their message ids: ids in order would be kinder to a store's index than life is.
          const text = randomUUID();
          context.text = text;
          request.body = sendMessage(text);
          return request;
        },
        onResponse(status, body, context) {
          if (status < 200 || status > 299) wrong.status++;
          else if (isEcho(body, String(context.text))) right++;
          else wrong.body++;
          if (wrong.status + wrong.body === 1) example ??= `${status} ${body}`.slice(0, EXAMPLE_LENGTH);
        },
      },
    ],
  });
  instance.on('response', (_client: unknown, _status: unknown, _bytes: unknown, milliseconds: number) => {
    micros.record(Math.max(1, Math.round(milliseconds * 1000)));
    end = performance.now();
  });
  const { errors } = await instance;
  return {
    calls: right,
    seconds: (end - begin) / 1000,
    p50: micros.percentile(50) / 1000,
    p99: micros.percentile(99) / 1000,
    failures: { ...wrong, connection: errors, ...(example !== undefined && { example }) },
  };
}

/**
 * The process that makes the load: on its own, so that what it costs does not count as the servers', and the same for
 * both. It takes one job after the other from its parent.
 */
process.on('message', (job: LoadJob) => {
  void load(job).then((result) => process.send?.(result));
});
