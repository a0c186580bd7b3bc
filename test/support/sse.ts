export interface SseEvent {
  readonly id: number;
  // biome-ignore lint/suspicious/noExplicitAny: stream responses of any kind, taken apart by the tests
  readonly result: any;
}

/** Reads a task's stream to its end, or until `enough` of the events says so. */
export async function readStream(
  response: Response,
  enough: (events: readonly SseEvent[]) => boolean = () => false,
): Promise<SseEvent[]> {
  const type = response.headers.get('content-type');
  if (!type?.includes('text/event-stream')) throw new Error(`no stream but ${type}: ${await response.text()}`);
  const events: SseEvent[] = [];
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, id, data] = /^id: (\d+)\ndata: (.*)$/s.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (data !== undefined) events.push({ id: Number(id), result: JSON.parse(data).result });
    }
    if (enough(events)) break;
  }
  return events;
}
