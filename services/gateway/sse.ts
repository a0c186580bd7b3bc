import { type Allowance, OverloadError } from '#shared/http/allowance.ts';

/**
 * This interval costs almost nothing, and it is shorter than 30 s, after which proxies begin to cut silent connections.
 */
const HEARTBEAT_MS = 15_000;

export interface SseEvent {
  /** The client sends this id to resume the stream (`Last-Event-ID`). */
  readonly id: string;
  /** JSON. */
  readonly data: string;
}

export interface SseOptions {
  /** Called when the client disconnects. Then the source is read no further. */
  readonly gone: () => void;
  readonly allowance: Allowance | undefined;
  readonly headers?: Record<string, string>;
}

/**
 * Writes events as a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * It takes an event from the source only when the client's system has taken the events before it. So a slow reader makes the
 * mesh hold one event. If the allowance refuses the bytes of an event, the stream ends. The client resumes it later.
 */
export function sseResponse(source: AsyncIterable<SseEvent>, { gone, allowance, headers }: SseOptions): Response {
  const encoder = new TextEncoder();
  const events = source[Symbol.asyncIterator]();
  let heartbeat: NodeJS.Timeout | undefined;
  let isWaiting = false;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        heartbeat = setInterval(() => {
          // A client that does not read would gather heartbeats.
          if (isWaiting) controller.enqueue(encoder.encode(': alive\n\n'));
        }, HEARTBEAT_MS);
      },
      async pull(controller) {
        allowance?.release();
        isWaiting = true;
        try {
          const { done, value } = await events.next();
          if (done) {
            clearInterval(heartbeat);
            controller.close();
            return;
          }
          const bytes = encoder.encode(`id: ${value.id}\ndata: ${inOneLine(value.data)}\n\n`);
          allowance?.hold(bytes.byteLength);
          controller.enqueue(bytes);
        } catch (error) {
          clearInterval(heartbeat);
          // The client resumes a stream that ends too early.
          if (error instanceof OverloadError) controller.close();
          else controller.error(error);
          await events.return?.();
        } finally {
          isWaiting = false;
        }
      },
      async cancel() {
        clearInterval(heartbeat);
        gone();
        await events.return?.();
      },
    },
    // No event waits here: the next one is taken when the reader asks for it.
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      ...headers,
    },
  });
}

/**
 * Keeps JSON in one line of the stream, for every client. CR and LF end a line of server-sent events; in JSON they are only white
 * space. Python's clients split lines at U+0085, U+2028 and U+2029 too; in JSON these occur only in strings.
 */
function inOneLine(json: string): string {
  return json.replaceAll(/[\r\n\u0085\u2028\u2029]/g, (character) =>
    character === '\r' || character === '\n' ? ' ' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
