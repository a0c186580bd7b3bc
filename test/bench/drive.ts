import { createHistogram } from 'node:perf_hooks';
import autocannon from 'autocannon';
import type { LoadResult } from './load-protocol.ts';

/** One request, and what tells a right answer to it. */
export interface Shot {
  readonly body: string;
  /** Beside those of the load. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly isRight: (body: string) => boolean;
}

export interface Drive {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  /** Called before each request. */
  readonly next: () => Shot;
}

/** Milliseconds between autocannon's looks at the time. */
const SAMPLE = 100;
const EXAMPLE_LENGTH = 300;

/** Posts one request after the other over each connection for a while. Only right answers count. */
export async function drive({ url, headers, connections, seconds, next }: Drive): Promise<LoadResult> {
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
          const shot = next();
          context.shot = shot;
          request.body = shot.body;
          if (shot.headers) request.headers = { ...headers, ...shot.headers };
          return request;
        },
        onResponse(status, body, context) {
          if (status < 200 || status > 299) wrong.status++;
          else if ((context.shot as Shot).isRight(body)) right++;
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
