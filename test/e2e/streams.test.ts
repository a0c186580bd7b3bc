import type { AgentCard as SdkCard, Task } from '@a2a-js/sdk';
import {
  ClientFactory,
  ClientFactoryOptions,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
} from '@a2a-js/sdk/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureConfig, Mesh } from '../support/mesh.ts';

let mesh: Mesh;
beforeAll(async () => {
  mesh = await Mesh.start({ config: fixtureConfig });
});
afterAll(() => mesh.stop());

const message = (text: string) => ({ messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }] });

interface SseEvent {
  readonly id: number;
  // biome-ignore lint/suspicious/noExplicitAny: stream responses of any kind, taken apart by the tests
  readonly result: any;
}

/** Reads a stream to its end, or until `enough` of the events says so. */
async function readStream(
  response: Response,
  enough: (events: readonly SseEvent[]) => boolean = () => false,
): Promise<SseEvent[]> {
  expect(response.headers.get('content-type')).toContain('text/event-stream');
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

const stream = (method: string, params: object, headers: Record<string, string> = {}, agent = 'talker') =>
  mesh.post(agent, { jsonrpc: '2.0', id: 7, method, params }, headers);

const textOf = (events: readonly SseEvent[]) =>
  events
    .flatMap(({ result }) => result.artifactUpdate?.artifact.parts ?? [])
    .map(({ text }) => text)
    .join('');

describe('SendStreamingMessage', () => {
  it('gives the task, then status and artifact events in order, and ends', async () => {
    const events = await readStream(await stream('SendStreamingMessage', { message: message('one two three') }));
    expect(events[0]?.result.task.status.state).toBe('TASK_STATE_SUBMITTED');
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
    const states = events.flatMap(({ result }) => result.statusUpdate?.status.state ?? []);
    expect(states[0]).toBe('TASK_STATE_WORKING');
    expect(states.at(-1)).toBe('TASK_STATE_COMPLETED');
    expect(events.at(-1)?.result.statusUpdate).toBeDefined();
    const chunks = events.flatMap(({ result }) => result.artifactUpdate ?? []);
    expect(chunks.map(({ append }) => append)).toEqual([false, true, true]);
    expect(textOf(events)).toBe('one two three ');
    const { body } = await mesh.rpc('talker', 'GetTask', { id: events[0]?.result.task.id });
    expect(body.result.artifacts[0].parts).toEqual([{ text: 'one ' }, { text: 'two ' }, { text: 'three ' }]);
  });

  it('is taken up again where it broke off', async () => {
    const words = Array.from({ length: 20 }, (_, index) => `w${index}`).join(' ');
    const first = await readStream(
      await stream('SendStreamingMessage', { message: message(words) }),
      (events) => events.length >= 5,
    );
    const last = first.at(-1);
    const id = first[0]?.result.task.id;
    const rest = await readStream(await stream('SubscribeToTask', { id }, { 'last-event-id': String(last?.id) }));
    expect(rest[0]?.result.task.id).toBe(id);
    expect(rest.slice(1).map((event) => event.id)).toEqual(
      rest.slice(1).map((_, index) => (last?.id ?? 0) + 1 + index),
    );
    expect(textOf(first) + textOf(rest)).toBe(`${words} `);
  });

  it('shows all subscribers the same', async () => {
    const begun = await mesh.send('talker', 'a b c d', { configuration: { returnImmediately: true } });
    const streams = await Promise.all(
      [1, 2, 3].map(async () =>
        readStream(await stream('SubscribeToTask', { id: begun.id }, { 'last-event-id': '1' })),
      ),
    );
    expect(streams[1]).toEqual(streams[0]);
    expect(streams[2]).toEqual(streams[0]);
    expect(textOf(streams[0] ?? [])).toBe('a b c d ');
  });

  it('to an ended task is -32004', async () => {
    const { id } = await mesh.send('echo', 'x');
    const response = await stream('SubscribeToTask', { id }, {}, 'echo');
    expect(((await response.json()) as { error: unknown }).error).toMatchObject({ code: -32004 });
  });
});

describe('the official client', () => {
  const client = async (path: string) => {
    const token = await mesh.token();
    const authorized: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set('authorization', `Bearer ${token}`);
      return fetch(input, { ...init, headers });
    };
    const factory = new ClientFactory(
      ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
        transports: [new JsonRpcTransportFactory({ fetchImpl: authorized })],
        cardResolver: new DefaultAgentCardResolver({ fetchImpl: authorized }),
      }),
    );
    return factory.createFromUrl(`${mesh.url}${path}`);
  };
  it.each(['/agents/talker/', '/agents/asker/'])('finds %s', async (path) => {
    const card: SdkCard = await (await client(path)).getAgentCard();
    expect(card.supportedInterfaces[0]?.url).toBe(`${mesh.url}${path.slice(0, -1)}`);
  });

  it('sends, gets, streams and cancels without a special case', async () => {
    const talker = await client('/agents/talker/');
    const params = (text: string) => ({
      tenant: '',
      message: {
        messageId: crypto.randomUUID(),
        role: 1,
        parts: [{ content: { $case: 'text' as const, value: text }, metadata: undefined, filename: '', mediaType: '' }],
        contextId: '',
        taskId: '',
        metadata: undefined,
        extensions: [],
        referenceTaskIds: [],
      },
      configuration: undefined,
      metadata: undefined,
    });
    const sent = (await talker.sendMessage(params('hello there') as never)) as Task;
    const task = await talker.getTask({ tenant: '', id: sent.id, historyLength: undefined } as never);
    expect(task.artifacts[0]?.parts.map((part) => part.content?.value)).toEqual(['hello ', 'there ']);
    const kinds: string[] = [];
    for await (const event of talker.sendMessageStream(params('a b') as never))
      kinds.push(JSON.stringify(event).includes('artifact') ? 'a' : 's');
    expect(kinds.length).toBeGreaterThanOrEqual(5);
  });
});
