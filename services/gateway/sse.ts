/** Long enough to cost nothing, short enough for the proxies that cut a silent connection after 30 s or more. */
const HEARTBEAT = 15_000;

export interface SseEvent {
  /** By which the client takes the stream up again (`Last-Event-ID`). */
  readonly id: string;
  readonly data: string;
}

/**
 * Writes events as a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). When
 * the client goes, `gone` is called and the source is left.
 */
export function sseResponse(
  source: AsyncIterable<SseEvent>,
  gone: () => void,
  headers: Record<string, string>,
): Response {
  const encoder = new TextEncoder();
  const events = source[Symbol.asyncIterator]();
  let heartbeat: NodeJS.Timeout | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      heartbeat = setInterval(() => controller.enqueue(encoder.encode(': alive\n\n')), HEARTBEAT);
    },
    async pull(controller) {
      try {
        const { done, value } = await events.next();
        if (!done) {
          controller.enqueue(encoder.encode(`id: ${value.id}\ndata: ${value.data}\n\n`));
          return;
        }
        clearInterval(heartbeat);
        controller.close();
      } catch (error) {
        clearInterval(heartbeat);
        controller.error(error);
      }
    },
    async cancel() {
      clearInterval(heartbeat);
      gone();
      await events.return?.();
    },
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      ...headers,
    },
  });
}
