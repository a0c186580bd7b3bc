import { setTimeout as pause } from 'node:timers/promises';
import { WeatherError } from './errors.ts';

export type JsonRequest = {
  readonly fetch: typeof fetch;
  /** Of each attempt, with its body. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
};

/** Ten times what Open-Meteo sends for one place and one day: what is larger is not from it. */
const maxBytes = 64 * 1024;
const passing = new Set([429, 502, 503, 504]);
const longestPauseMs = 3000;
const usualPauseMs = 500;

/**
 * GETs a JSON document of Open-Meteo, and tries once more after a passing refusal unless that asks for a long pause.
 * Throws WeatherError UNAVAILABLE; rethrows the reason of `signal` if the caller has given up.
 */
export async function getJson(url: URL, request: JsonRequest): Promise<unknown> {
  const first = await attempt(url, request);
  if (!passing.has(first.status)) return contentOf(first);
  const pauseMs = pauseAskedBy(first.retryAfter);
  if (pauseMs > longestPauseMs) throw refusal(first);
  await pause(pauseMs, undefined, request.signal ? { signal: request.signal } : {}).catch(() => {
    throw request.signal?.reason;
  });
  return contentOf(await attempt(url, request));
}

type Answer = { readonly status: number; readonly retryAfter: string | null; readonly text: string };

async function attempt(url: URL, { fetch, timeoutMs, signal }: JsonRequest): Promise<Answer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    // A redirect could lead inside the network; Open-Meteo has none.
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      text: await boundedText(response),
    };
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    if (cause instanceof WeatherError) throw cause;
    const what = timeout.aborted ? `did not answer within ${timeoutMs / 1000} s` : 'cannot be reached';
    throw new WeatherError('UNAVAILABLE', `Open-Meteo ${what}; try again later.`, { cause });
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (size > maxBytes) throw unusable(`more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function contentOf(answer: Answer): unknown {
  if (answer.status < 200 || answer.status > 299) throw refusal(answer);
  try {
    return JSON.parse(answer.text);
  } catch (cause) {
    throw unusable('not JSON', cause);
  }
}

/** Open-Meteo says why in `{"error":true,"reason":"…"}`. That is for operators, so it goes to the cause. */
function refusal({ status, text }: Answer): WeatherError {
  const message =
    status === 429
      ? 'Open-Meteo takes no more requests for now (429); try again later.'
      : `Open-Meteo refused the request (${status}); try again later.`;
  return new WeatherError('UNAVAILABLE', message, { cause: new Error(`HTTP ${status}: ${text.slice(0, 500)}`) });
}

export function unusable(what: string, cause?: unknown): WeatherError {
  return new WeatherError('UNAVAILABLE', `Open-Meteo's answer cannot be used: ${what}.`, { cause });
}

/** Seconds; the header's other form, a date, counts as long. */
function pauseAskedBy(retryAfter: string | null): number {
  if (retryAfter === null) return usualPauseMs;
  return /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Number.POSITIVE_INFINITY;
}
