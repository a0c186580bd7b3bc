/**
 * This interval costs almost nothing, and it is shorter than 30 s, after which proxies begin to cut silent connections.
 */
const HEARTBEAT = 15_000;

export interface SseEvent {
  /** The client sends this id to resume the stream (`Last-Event-ID`). */
  readonly id: string;
  readonly data: string;
}

/**
 * Writes events as a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 * When the client disconnects, the function calls `gone` and stops reading the source.
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
