import type { AgentCard as SdkCard, Task } from '@a2a-js/sdk';
import {
  ClientFactory,
  ClientFactoryOptions,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  RestTransportFactory,
} from '@a2a-js/sdk/client';
import { describe, expect, it } from 'vitest';
import { type Form, forms } from '#test/support/a2a-client.ts';
import { type MeshClient, textMessage } from '#test/support/mesh-client.ts';
import { readStream, type SseEvent } from '#test/support/sse.ts';
import type { Place } from './place.ts';

/** Streams of tasks to clients, and A2A's own client. */
export function streamCases(mesh: () => MeshClient, { streams, testAgents }: Place): void {
  const stream = (method: string, params: object, headers: Record<string, string> = {}, agent = 'talker') =>
    mesh().post(agent, { jsonrpc: '2.0', id: 7, method, params }, headers);

  describe('SendStreamingMessage', () => {
    it('gives the task, what becomes of it in order, and ends', async () => {
      const message = textMessage('streamed');
      const events = await readStream(await stream('SendStreamingMessage', { message }, {}, 'echo'));
      expect(events[0]?.result.task.status.state).toBe('TASK_STATE_SUBMITTED');
      expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
      expect(events.at(-1)?.result.statusUpdate.status.state).toBe('TASK_STATE_COMPLETED');
      expect(textOf(events)).toBe('streamed');
    });

    it('to an ended task is -32004', async () => {
      const { id } = await mesh().send('echo', 'x');
      const response = await stream('SubscribeToTask', { id }, {}, 'echo');
      expect(((await response.json()) as { error: unknown }).error).toMatchObject({ code: -32004 });
    });
  });

  describe.skipIf(!testAgents)('an agent that streams (a test agent)', () => {
    it('has its chunks go through in order', async () => {
      const message = textMessage('one two three');
      const events = await readStream(await stream('SendStreamingMessage', { message }));
      expect(events[0]?.result.task.status.state).toBe('TASK_STATE_SUBMITTED');
      expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
      const states = events.flatMap(({ result }) => result.statusUpdate?.status.state ?? []);
      expect(states[0]).toBe('TASK_STATE_WORKING');
      expect(states.at(-1)).toBe('TASK_STATE_COMPLETED');
      expect(events.at(-1)?.result.statusUpdate).toBeDefined();
      const chunks = events.flatMap(({ result }) => result.artifactUpdate ?? []);
      expect(chunks[0]?.append).toBe(false);
      expect(chunks.slice(1).every(({ append }) => append)).toBe(true);
      expect(textOf(events)).toBe('one two three ');
      const task = await mesh().task('talker', events[0]?.result.task.id);
      expect(task.artifacts[0].parts.map(({ text }: { text: string }) => text).join('')).toBe('one two three ');
    });

    it.skipIf(!streams)('is taken up again where it broke off (needs answers that stream)', async () => {
      const words = Array.from({ length: 20 }, (_, index) => `w${index}`).join(' ');
      const first = await readStream(
        await stream('SendStreamingMessage', { message: textMessage(words) }),
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
      // Some seconds of work, so that all are there before it ends.
      const words = Array.from({ length: 100 }, (_, index) => `w${index}`).join(' ');
      const begun = await mesh().send('talker', words, { configuration: { returnImmediately: true } });
      const seen = await Promise.all(
        [1, 2, 3].map(async () =>
          readStream(await stream('SubscribeToTask', { id: begun.id }, { 'last-event-id': '1' })),
        ),
      );
      // What a stream begins with is the task as it stood then.
      const [one, two, three] = seen.map((events) => events.slice(1));
      expect(two).toEqual(one);
      expect(three).toEqual(one);
      expect(textOf(one ?? [])).toBe(`${words} `);
    });
  });

  describe.skipIf(!testAgents)('an agent that asks (a test agent)', () => {
    it('ends each stream with its question, also a stream that begins later', async () => {
      const message = textMessage('weather?');
      const first = await readStream(await stream('SendStreamingMessage', { message }, {}, 'asker'));
      expect(first.at(-1)?.result.statusUpdate.status.state).toBe('TASK_STATE_INPUT_REQUIRED');
      const { id } = first[0]?.result.task ?? {};
      for (const [method, params] of [
        ['SendStreamingMessage', { message }],
        ['SubscribeToTask', { id }],
      ] as const) {
        const [task, ...others] = await readStream(await stream(method, params, {}, 'asker'));
        expect(task?.result.task).toMatchObject({ id, status: { state: 'TASK_STATE_INPUT_REQUIRED' } });
        expect(others).toEqual([]);
      }
    });
  });

  describe.each(forms)('the official client of $version over $binding', (form) => {
    it('sends, streams, gets and lists nothing that it cannot read', async () => {
      const echo = await officialClient(mesh(), '/agents/echo/', form);
      const sent = (await echo.sendMessage(params('hello there') as never)) as Task;
      expect(sent.artifacts[0]?.parts[0]?.content?.value).toBe('hello there');
      expect(await echo.getTask({ tenant: '', id: sent.id, historyLength: undefined } as never)).toMatchObject({
        id: sent.id,
      });
      await expect(echo.getTask({ tenant: '', id: 'nope' } as never)).rejects.toThrow();
      await expect(echo.cancelTask({ tenant: '', id: sent.id } as never)).rejects.toThrow();
      const kinds: string[] = [];
      for await (const event of echo.sendMessageStream(params('a b') as never)) kinds.push(event.payload?.$case ?? '');
      expect(kinds).toEqual(['task', 'artifactUpdate', 'statusUpdate']);
    });
  });

  describe.skipIf(!testAgents)('the official client (with a test agent)', () => {
    it.each(['/agents/talker/', '/agents/asker/'])('finds %s', async (path) => {
      const card: SdkCard = await (await officialClient(mesh(), path)).getAgentCard();
      expect(card.supportedInterfaces[0]?.url).toBe(`${mesh().url}${path.slice(0, -1)}`);
    });

    it('sends, gets, streams and cancels without a special case', async () => {
      const talker = await officialClient(mesh(), '/agents/talker/');
      const sent = (await talker.sendMessage(params('hello there') as never)) as Task;
      const task = await talker.getTask({ tenant: '', id: sent.id, historyLength: undefined } as never);
      expect(task.artifacts[0]?.parts.map((part) => part.content?.value).join('')).toBe('hello there ');
      const kinds: string[] = [];
      for await (const event of talker.sendMessageStream(params('a b') as never))
        kinds.push(JSON.stringify(event).includes('artifact') ? 'a' : 's');
      expect(kinds).toContain('a');
      expect(kinds.at(-1)).toBe('s');
    });
  });
}

function textOf(events: readonly SseEvent[]): string {
  return events
    .flatMap(({ result }) => result.artifactUpdate?.artifact.parts ?? [])
    .map(({ text }) => text)
    .join('');
}

async function officialClient(
  mesh: MeshClient,
  path: string,
  { binding, version }: Form = { binding: 'JSONRPC', version: '1.0' },
) {
  const token = await mesh.token();
  const authorized: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return fetch(input, { ...init, headers });
  };
  const options = { fetchImpl: authorized, legacyCompat: { enabled: true } };
  const cardResolver = new DefaultAgentCardResolver({ fetchImpl: authorized });
  const factory = new ClientFactory(
    ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
      transports: [new JsonRpcTransportFactory(options), new RestTransportFactory(options)],
      cardResolver,
    }),
  );
  const card = await cardResolver.resolve(`${mesh.url}${path}`);
  const supportedInterfaces = card.supportedInterfaces.filter(
    (each) => each.protocolBinding === binding && each.protocolVersion === version,
  );
  return factory.createFromAgentCard({ ...card, supportedInterfaces });
}

function params(text: string) {
  return {
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
  };
}
