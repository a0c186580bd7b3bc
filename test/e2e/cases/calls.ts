import { describe, expect, it } from 'vitest';
import { SKILL_EXTENSION } from '#shared/a2a/skill-extension.ts';
import { bearer, type MeshClient, textMessage } from '#test/support/mesh-client.ts';
import type { Place } from './place.ts';

/** Calls to the example agents, and what becomes of them. */
export function callCases(mesh: () => MeshClient, { patience, keepsFractions }: Place): void {
  const poll = { timeout: patience };

  describe('the example agents', () => {
    it('calculator completes a task with the result as its artifact', async () => {
      const task = await mesh().send('calculator', '(3 + 4) * 5 - 2^3');
      expect(task.status.state).toBe('TASK_STATE_COMPLETED');
      expect(task.artifacts).toEqual([{ artifactId: 'artifact-1-1', parts: [{ text: '27' }] }]);
    });

    it.each(['1/0', 'hello', '9^9^9^9', ''])('calculator rejects %j with a reason', async (expression) => {
      const task = await mesh().send('calculator', expression === '' ? ' ' : expression);
      expect(task.status.state).toBe('TASK_STATE_REJECTED');
      expect(task.status.message.parts[0].text).not.toBe('');
      expect(task.artifacts).toBeUndefined();
    });

    it('weather answers the call of the brief as it stands, with curl’s default content type', async () => {
      const response = await mesh().post(
        'weather',
        '{"jsonrpc":"2.0","method":"get_weather","params":{"location":"Seoul"},"id":1}',
        { 'content-type': 'application/x-www-form-urlencoded' },
      );
      const { id, result } = (await response.json()) as { id: number; result: object };
      expect(id).toBe(1);
      expect(result).toMatchObject({ location: 'Seoul', source: 'climate-normals' });
      const task = await mesh().task('weather', response.headers.get('starling-task-id') ?? '');
      expect(task.status.state).toBe('TASK_STATE_COMPLETED');
      expect(task.artifacts[0].parts[0].data).toEqual(result);
    });

    it('echo returns text and data, also with a slash at the end of the path', async () => {
      expect((await mesh().send('echo', 'héllo 안녕')).artifacts[0].parts).toEqual([{ text: 'héllo 안녕' }]);
      const { body } = await mesh().rpc('echo/', 'SendMessage', {
        message: { ...textMessage(''), parts: [{ data: { a: [1, null] } }] },
      });
      expect(body.result.task.artifacts[0].parts).toEqual([{ data: { a: [1, null] } }]);
      const parts = [
        { text: 'a' },
        { url: 'https://example.com/b', mediaType: 'text/html' },
        { raw: 'aGk=', filename: 'c' },
        { data: null },
      ];
      expect((await mesh().send('echo', '', { message: { parts } })).artifacts[0].parts).toEqual(parts);
    });
  });

  describe('exact values', () => {
    const fraction = keepsFractions ? '0.1000000000000000055511151231257827' : '0.1';
    const numbers = `{"big":12345678901234567890,"list":[-9007199254740993,${fraction}],"n":1.5}`;

    it.each(['SendMessage', 'SendStreamingMessage'])('%s keeps the digits of ids and numbers', async (method) => {
      const message = {
        ...textMessage(''),
        parts: [{ data: 'NUMBERS', metadata: { m: 'NUMBERS' } }],
        metadata: { m: 'NUMBERS' },
      };
      const json = JSON.stringify(message).replaceAll('"NUMBERS"', numbers);
      const response = await mesh().post(
        'echo',
        `{"jsonrpc":"2.0","id":9007199254740993,"method":"${method}","params":{"message":${json}}}`,
      );
      const text = await response.text();
      expect(text).toContain('"id":9007199254740993');
      // In the history and in the artifact.
      expect(text.split(numbers).length - 1).toBe(5);
    });

    it('GetTask and a skill by its name keep them too', async () => {
      const answer = await mesh().post('echo', `{"jsonrpc":"2.0","id":1.0,"method":"echo","params":${numbers}}`);
      expect(await answer.text()).toBe(`{"jsonrpc":"2.0","id":1.0,"result":${numbers}}`);
      const id = answer.headers.get('starling-task-id');
      const got = await mesh().post('echo', { jsonrpc: '2.0', id: 1, method: 'GetTask', params: { id } });
      expect((await got.text()).split(numbers).length - 1).toBe(2);
    });

    it.each([
      ['a number that is too large', '{"data":{"n":1e400}}'],
      ['half of a surrogate pair', '{"text":"\\ud83d"}'],
      ['raw that is no Base64', '{"raw":"a"}'],
    ])('refuses %s', async (_what, part) => {
      const message = `{"messageId":"${crypto.randomUUID()}","role":"ROLE_USER","parts":[${part}]}`;
      const response = await mesh().post(
        'echo',
        `{"jsonrpc":"2.0","id":7,"method":"SendMessage","params":{"message":${message}}}`,
      );
      expect(await response.json()).toMatchObject({ id: 7, error: { code: -32602 } });
    });

    it('refuses a long id', async () => {
      const response = await mesh().post('echo', {
        jsonrpc: '2.0',
        id: 'x'.repeat(257),
        method: 'GetTask',
        params: {},
      });
      expect(await response.json()).toMatchObject({ id: null, error: { code: -32600 } });
    });

    it('gives no line end of other languages in a stream', async () => {
      const text = 'a\u2028b\u2029c\u0085d';
      const stream = await mesh().post('echo', {
        jsonrpc: '2.0',
        id: 1,
        method: 'SendStreamingMessage',
        params: { message: textMessage(text) },
      });
      const body = await stream.text();
      expect(body).not.toMatch(/[\u2028\u2029\u0085]/);
      expect(body).toContain('a\\u2028b\\u2029c\\u0085d');
    });
  });

  describe('large parts', () => {
    it.each([190_000, 300_000, 2_500_000])('of %i characters go through whole', async (length) => {
      const text = 'é'.repeat(length / 2);
      const task = await mesh().send('echo', text);
      expect(task.status.state).toBe('TASK_STATE_COMPLETED');
      // Not toBe: a report of the difference would fill pages.
      expect(task.artifacts[0].parts[0].text === text).toBe(true);
    });
  });

  describe('skills by their names', () => {
    it('an unknown one is -32601 and names those there are', async () => {
      const { status, body } = await mesh().rpc('weather', 'get_whether', {});
      expect(status).toBe(200);
      expect(body.error.code).toBe(-32601);
      expect(body.error.message).toContain('get_weather');
    });

    it('bad params are -32602 before there is a task', async () => {
      const { headers, body } = await mesh().rpc('weather', 'get_weather', { location: 7 });
      expect(body.error).toMatchObject({ code: -32602, data: [{ reason: 'INVALID_PARAMS' }] });
      expect(body.error.message).toContain('location');
      expect(headers.get('starling-task-id')).toBeNull();
    });

    it('a rejected task is a stable error with its id', async () => {
      const { headers, body } = await mesh().rpc('weather', 'get_weather', { location: 'Atlantis' });
      expect(body.error).toMatchObject({ code: -32061, data: [{ reason: 'TASK_REJECTED' }] });
      expect(body.error.data[0].metadata.taskId).toBe(headers.get('starling-task-id'));
    });

    it('text is the result where there is no data', async () => {
      const { body } = await mesh().rpc('calculator', 'calculate', { expression: '0.1 + 0.2' });
      expect(body.result).toBe('0.3');
    });
  });

  describe('tasks', () => {
    it('returnImmediately gives the task as it stands, and GetTask its end', async () => {
      const begun = await mesh().send('echo', 'later', { configuration: { returnImmediately: true } });
      expect(begun.status.state).toMatch(/SUBMITTED|WORKING|COMPLETED/);
      const state = async () => (await mesh().task('echo', begun.id)).status.state;
      await expect.poll(state, poll).toBe('TASK_STATE_COMPLETED');
    });

    it('the same message sent twice makes one task', async () => {
      const fixed = { message: { messageId: crypto.randomUUID() } };
      const [first, second] = await Promise.all([
        mesh().send('echo', 'once', fixed),
        mesh().send('echo', 'once', fixed),
      ]);
      expect(second.id).toBe(first.id);
    });

    it('another message with the same id is -32602 and names the task', async () => {
      const message = textMessage('once');
      const { id } = await mesh().send('echo', '', { message });
      for (const method of ['SendMessage', 'SendStreamingMessage']) {
        const { body } = await mesh().rpc('echo', method, { message: { ...message, parts: [{ text: 'twice' }] } });
        expect(body.error).toMatchObject({
          code: -32602,
          data: expect.arrayContaining([expect.objectContaining({ metadata: { taskId: id } })]),
        });
      }
    });

    it('historyLength bounds the history', async () => {
      const task = await mesh().send('echo', 'hi');
      expect(task.history).toHaveLength(1);
      expect(await mesh().send('echo', 'hi', { configuration: { historyLength: 0 } })).not.toHaveProperty('history');
    });

    it.each(['GetTask', 'CancelTask', 'SubscribeToTask'])(
      '%s of an unknown task and of another agent’s is -32001',
      async (method) => {
        const { id } = await mesh().send('echo', 'mine');
        for (const unknown of [id, crypto.randomUUID()]) {
          expect((await mesh().rpc('weather', method, { id: unknown })).body.error.code).toBe(-32001);
        }
      },
    );

    it('a message to an ended task is -32004', async () => {
      const { id } = await mesh().send('echo', 'over');
      const { body } = await mesh().rpc('echo', 'SendMessage', { message: { ...textMessage('again'), taskId: id } });
      expect(body.error).toMatchObject({ code: -32004, data: [{ reason: 'UNSUPPORTED_OPERATION' }] });
    });
  });

  describe('cards', () => {
    it('are public for public agents, and validated by their tag', async () => {
      const address = `${mesh().url}/agents/echo/.well-known/agent-card.json`;
      const response = await fetch(address);
      expect(response.status).toBe(200);
      const card = (await response.json()) as { supportedInterfaces: unknown };
      const url = `${mesh().url}/agents/echo`;
      expect(card.supportedInterfaces).toEqual([
        { url, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
        { url, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
        { url, protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
        { url, protocolBinding: 'HTTP+JSON', protocolVersion: '0.3' },
      ]);
      const etag = response.headers.get('etag') ?? '';
      expect((await fetch(address, { headers: { 'if-none-match': etag } })).status).toBe(304);
    });
  });

  describe('schemas of skills', () => {
    const input = {
      type: 'object',
      required: ['location'],
      properties: { location: { type: 'string', maxLength: 100 } },
    };
    const weather = { get_weather: { input, output: { type: 'object', title: 'WeatherReport' } } };

    it('are in the card, in an extension', async () => {
      const card = await (await fetch(`${mesh().url}/agents/weather/.well-known/agent-card.json`)).json();
      expect(card).toMatchObject({
        capabilities: { extensions: [{ uri: SKILL_EXTENSION, required: false, params: { skills: weather } }] },
      });
    });

    it('are in the admin API', async () => {
      const response = await fetch(`${mesh().url}/admin/agents/weather`, { headers: bearer(await mesh().token()) });
      expect(await response.json()).toMatchObject({ skills: [{ id: 'get_weather', ...weather.get_weather }] });
    });

    it('tell each problem in words', async () => {
      const { body } = await mesh().rpc('weather', 'get_weather', { location: '', units: 'F' });
      expect(body.error.message).toBe(
        'The params of get_weather are not valid: location must not be empty; units is not allowed.',
      );
    });
  });

  describe('events', () => {
    it('correlate, name their cause and share the trace of the HTTP call', async () => {
      const traceId = 'a'.repeat(32);
      const { body } = await mesh().rpc(
        'echo',
        'SendMessage',
        { message: textMessage('traced') },
        { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
      );
      const events = await mesh().events(body.result.task.id);
      const requests = events.filter((event) => event['detail-type'] === 'TaskRequested.v1');
      const answers = events.filter((event) => event['detail-type'] !== 'TaskRequested.v1');
      expect(requests).toHaveLength(1);
      for (const { detail } of answers) expect(detail.causationid).toBe(requests[0]?.detail.id);
      for (const { detail } of events) expect(detail.traceparent).toContain(traceId);
    });
  });
}
